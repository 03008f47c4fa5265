package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.raft.core.Entry;
import io.kelson.server.apply.TestBed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentPairsTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void thoseThatCameFirstGoFirst() {
    RecentPairs pairs = new RecentPairs(64 * 1024);
    int count = 0;
    while (pairs.size() == count) {
      pairs.put(bytes("key " + count++), new byte[300]);
    }
    assertThat(count).as("pairs of 300 bytes in 48 KiB").isBetween(120, 160);
    assertThat(pairs.get(bytes("key 0"))).isNull();
    assertThat(pairs.get(bytes("key " + (count - 1)))).isNotNull();
    int known = pairs.size();
    for (int i = count - known; i < count; i++) {
      assertThat(pairs.get(bytes("key " + i))).as("key " + i).isNotNull();
    }
  }

  @Test
  void whatIsWrittenAgainStaysWhereItIs() {
    RecentPairs pairs = new RecentPairs(64 * 1024);
    for (int i = 0; i < 100_000; i++) {
      pairs.put(bytes("key " + i % 100), bytes(String.format("%0300d", i)));
    }
    assertThat(pairs.size()).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      assertThat(pairs.get(bytes("key " + i)))
          .isEqualTo(bytes(String.format("%0300d", 99_900 + i)));
    }
  }

  @Test
  void aPairThatIsHandedOutDoesNotChange() {
    RecentPairs pairs = new RecentPairs(1 << 20);
    pairs.put(bytes("a"), bytes("1"));
    byte[] one = pairs.get(bytes("a"));
    pairs.put(bytes("a"), bytes("2"));
    assertThat(one).isEqualTo(bytes("1"));
  }

  @Test
  void aPairMayBeAPartOfAnArray() {
    RecentPairs pairs = new RecentPairs(1 << 20);
    byte[] array = bytes("..new..newer..");
    pairs.put(bytes("a"), array, 2, 3);
    pairs.put(bytes("b"), array, 7, 0);
    assertThat(pairs.get(bytes("a"))).isEqualTo(bytes("new"));
    assertThat(pairs.get(bytes("b"))).isEmpty();
    pairs.put(bytes("a"), array, 7, 5);
    array[8] = 0;
    assertThat(pairs.get(bytes("a"))).as("copied").isEqualTo(bytes("newer"));
  }

  /** The group's bytes move while they are collected, and are given back when it is written. */
  @Test
  void pairsOfALargeGroupAreWhatWasWritten(@TempDir Path home) {
    try (TestBed bed = new TestBed(home.resolve("store"))) {
      for (int round = 0; round < 4; round++) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
          ids.add(bed.add(TestBed.request(large(i % 300, round).setPrevKv(true))));
        }
        bed.apply();
        for (int i = 0; i < 600; i++) {
          PutResponse response = (PutResponse) bed.outcomes.get(ids.get(i));
          int before = i < 300 ? round - 1 : round;
          assertThat(response.hasPrevKv()).isEqualTo(before >= 0);
          if (before >= 0) {
            assertThat(response.getPrevKv().getKey()).isEqualTo(large(i % 300, 0).getKey());
            assertThat(response.getPrevKv().getValue())
                .isEqualTo(large(i % 300, before).getValue());
          }
        }
      }
    }
  }

  private static PutRequest.Builder large(int number, int round) {
    return TestBed.putRequest("key " + number, (number + " in " + round + ", ").repeat(300));
  }

  /** Against a map: what it knows is right, whatever the sizes, and it stays within its bounds. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100, 200, 1_000, 5_000, 70_000, 1_000_000, 3_000_000})
  void whatItKnowsIsTheNewest(long maxBytes) {
    RecentPairs pairs = new RecentPairs(maxBytes);
    Random random = new Random(maxBytes);
    Map<String, byte[]> newest = new HashMap<>();
    long found = 0;
    for (int i = 0; i < 200_000; i++) {
      String key = "k".repeat(random.nextInt(20)) + random.nextInt(2_000);
      byte[] known = pairs.get(bytes(key));
      if (known != null) {
        found++;
        assertThat(known).isEqualTo(newest.get(key));
      }
      if (random.nextInt(10) == 0) {
        pairs.remove(bytes(key));
        newest.remove(key);
        assertThat(pairs.get(bytes(key))).isNull();
      } else {
        byte[] pair = new byte[random.nextInt(random.nextInt(20) == 0 ? 3_000 : 100)];
        random.nextBytes(pair);
        pairs.put(bytes(key), pair);
        newest.put(key, pair);
      }
      assertThat(pairs.bytes()).isBetween(0L, maxBytes);
      assertThat(pairs.size()).isBetween(0, newest.size());
    }
    assertThat(found).as("pairs that were known").matches(n -> maxBytes < 5_000 || n > 100);
    newest.keySet().forEach(key -> pairs.remove(bytes(key)));
    assertThat(pairs.size()).as("nothing is counted that is not there").isZero();
  }

  /** The table is full long before the pages are. */
  @Test
  void manySmallPairsDoNotFillTheTable() {
    RecentPairs pairs = new RecentPairs(1 << 20);
    for (int i = 0; i < 500_000; i++) {
      byte[] key = {(byte) (i >> 16), (byte) (i >> 8), (byte) i};
      pairs.put(key, new byte[0]);
      assertThat(pairs.bytes()).isLessThanOrEqualTo(1 << 20);
    }
    assertThat(pairs.size()).isBetween(10_000, 16_384);
  }

  @Test
  void whatIsTooLargeForItReplacesWhatWasThere() {
    RecentPairs pairs = new RecentPairs(64 * 1024);
    pairs.put(bytes("a"), new byte[10]);
    pairs.put(bytes("a"), new byte[64 * 1024]);
    assertThat(pairs.get(bytes("a"))).isNull();
    assertThat(pairs.size()).isZero();
  }

  @Test
  void aNegativeSizeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MvccOptions.defaults(1).withRecentPairsBytes(-1))
        .withMessageContaining("-1");
  }

  /** The same entries, in the same groups, with all pairs at hand, a few, and none. */
  @Test
  void aStoreAnswersAndHoldsTheSameWithAndWithoutIt(@TempDir Path home) {
    for (long seed = 1; seed <= 20; seed++) {
      List<Entry> entries = EntryScript.entries(seed, 1_000, 300);
      List<Object> without = run(home.resolve(seed + "-0"), entries, seed, 0);
      assertThat(run(home.resolve(seed + "-few"), entries, seed, 20_000)).isEqualTo(without);
      assertThat(run(home.resolve(seed + "-all"), entries, seed, 1 << 20)).isEqualTo(without);
    }
  }

  private static List<Object> run(Path directory, List<Entry> entries, long seed, long bytes) {
    MvccOptions options = MvccOptions.defaults(TestBed.CLUSTER).withRecentPairsBytes(bytes);
    Random random = new Random(seed);
    try (TestBed bed = new TestBed(directory, options)) {
      for (int lo = 0, hi; lo < entries.size(); lo = hi) {
        hi = Math.min(entries.size(), lo + 1 + random.nextInt(40));
        bed.applier.apply(entries.subList(lo, hi));
      }
      long revision = bed.revision();
      assertThat(revision).isGreaterThan(100);
      return List.of(new TreeMap<>(bed.outcomes), revision, bed.store.hashKv(revision));
    }
  }
}
