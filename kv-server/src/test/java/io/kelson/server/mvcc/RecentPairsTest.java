package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kelson.raft.core.Entry;
import io.kelson.server.apply.TestBed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecentPairsTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long cost(int key, int pair) {
    return key + pair + RecentPairs.OVERHEAD_BYTES;
  }

  @Test
  void theOneUnusedForLongestGoesFirst() {
    RecentPairs pairs = new RecentPairs(3 * cost(1, 1));
    pairs.put(bytes("a"), bytes("1"));
    pairs.put(bytes("b"), bytes("2"));
    pairs.put(bytes("c"), bytes("3"));
    assertThat(pairs.get(bytes("a"))).isEqualTo(bytes("1"));
    pairs.put(bytes("d"), bytes("4"));
    assertThat(pairs.get(bytes("b"))).isNull();
    assertThat(pairs.get(bytes("a"))).isEqualTo(bytes("1"));
    assertThat(pairs.bytes()).isEqualTo(3 * cost(1, 1));
  }

  @Test
  void itNeverTakesMoreThanItMay() {
    RecentPairs pairs = new RecentPairs(5_000);
    Random random = new Random(1);
    Map<String, byte[]> newest = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      String key = "k" + random.nextInt(100);
      if (random.nextInt(10) == 0) {
        pairs.remove(bytes(key));
        newest.remove(key);
      } else {
        byte[] pair = new byte[random.nextInt(random.nextInt(20) == 0 ? 10_000 : 300)];
        pairs.put(bytes(key), pair);
        newest.put(key, pair);
      }
      assertThat(pairs.bytes()).isBetween(0L, 5_000L);
      byte[] found = pairs.get(bytes(key));
      assertThat(found == null || found == newest.get(key)).isTrue();
    }
    newest.keySet().forEach(key -> pairs.remove(bytes(key)));
    assertThat(pairs.bytes()).as("nothing is counted that is not there").isZero();
  }

  @Test
  void whatIsTooLargeForAllOfItReplacesWhatWasThere() {
    RecentPairs pairs = new RecentPairs(cost(1, 10));
    pairs.put(bytes("a"), new byte[10]);
    pairs.put(bytes("a"), new byte[11]);
    assertThat(pairs.get(bytes("a"))).isNull();
    assertThat(pairs.bytes()).isZero();
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
      assertThat(run(home.resolve(seed + "-few"), entries, seed, 2_000)).isEqualTo(without);
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
