package io.kelson.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.WatchCreateRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index of watchers against looking at each of them. */
class RangeTreeTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theIndexFindsWhatALookAtEachWatcherFinds(long seed) {
    Random random = new Random(seed);
    WatcherIndex index = new WatcherIndex();
    List<Watcher> all = new ArrayList<>();
    for (int step = 0; step < 1000; step++) {
      if (all.isEmpty() || random.nextInt(5) < 3) {
        Watcher added = watcher(step, randomRange(random));
        added.slot = index.add(added);
        all.add(added);
      } else {
        index.remove(all.remove(random.nextInt(all.size())));
      }
      ByteString key = randomKey(random);
      ArrayList<Watcher> found = new ArrayList<>();
      index.match(key, found);
      assertThat(found)
          .as("step %s key %s", step, key)
          .containsExactlyInAnyOrderElementsOf(
              all.stream().filter(w -> w.range().contains(key)).toList());
    }
    assertThat(index.size()).isEqualTo(all.size());
    all.forEach(index::remove);
    assertThat(index.isEmpty()).isTrue();
  }

  @Test
  void rangesCreatedInKeyOrderDoNotMakeTheTreeAChain() {
    RangeTree tree = new RangeTree();
    for (int i = 0; i < 100_000; i++) {
      ByteString lo = WatchFixture.bytes(String.format("k%06d", i));
      WatchRange range = new WatchRange(lo, lo.concat(WatchFixture.bytes("~")));
      tree.bucket(range).add(watcher(i, range));
    }
    // A chain that deep would overflow the stack.
    ArrayList<Watcher> found = new ArrayList<>();
    tree.match(WatchFixture.bytes("k099999x"), found);
    assertThat(found).extracting(Watcher::id).containsExactly(99_999L);
  }

  @Test
  void requestFieldsAreReadAsEtcdReadsThem() {
    ByteString zero = ByteString.copyFrom(new byte[] {0});
    ByteString a = WatchFixture.bytes("a");
    ByteString b = WatchFixture.bytes("b");
    assertThat(WatchRange.ofRequest(a, ByteString.EMPTY).isSingleKey()).isTrue();
    assertThat(WatchRange.ofRequest(ByteString.EMPTY, zero).contains(b)).isTrue();
    assertThat(WatchRange.ofRequest(ByteString.EMPTY, ByteString.EMPTY).lo()).isEqualTo(zero);
    assertThat(WatchRange.ofRequest(b, zero).contains(a)).isFalse();
    assertThat(WatchRange.ofRequest(b, zero).isOpenEnded()).isTrue();
    assertThat(WatchRange.ofRequest(a, b).contains(b)).isFalse();
    assertThat(WatchRange.ofRequest(a, b).isEmpty()).isFalse();
    assertThat(WatchRange.ofRequest(a, a).isEmpty()).isTrue();
    assertThat(WatchRange.ofRequest(b, a).isEmpty()).isTrue();
    ByteString high = ByteString.copyFrom(new byte[] {(byte) 0xff});
    assertThat(WatchRange.ofRequest(a, zero).contains(high)).as("bytes are unsigned").isTrue();
  }

  private static Watcher watcher(long id, WatchRange range) {
    return new Watcher(null, id, range, WatchCreateRequest.getDefaultInstance(), 0);
  }

  private static WatchRange randomRange(Random random) {
    while (true) {
      ByteString end =
          switch (random.nextInt(4)) {
            case 0 -> ByteString.EMPTY;
            case 1 -> ByteString.copyFrom(new byte[] {0});
            default -> randomKey(random);
          };
      WatchRange range = WatchRange.ofRequest(randomKey(random), end);
      if (!range.isEmpty()) {
        return range;
      }
    }
  }

  private static ByteString randomKey(Random random) {
    byte[] key = new byte[1 + random.nextInt(2)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (random.nextInt(8) * 36);
    }
    return ByteString.copyFrom(key);
  }
}
