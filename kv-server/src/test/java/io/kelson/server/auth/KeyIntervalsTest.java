package io.kelson.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.server.auth.KeyIntervals.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unions of key ranges. */
class KeyIntervalsTest {
  private static final String OPEN = "\0";

  @Test
  void whatTwoRangesCoverTogetherIsCovered() {
    KeyIntervals keys = union("a", "c", "c", "e", "d", "f");
    assertThat(covers(keys, "a", "f")).isTrue();
    assertThat(covers(keys, "b", "d")).isTrue();
    assertThat(covers(keys, "a", "f\0")).isFalse();
    assertThat(covers(keys, "A", "b")).isFalse();
    assertThat(covers(keys, "a", OPEN)).isFalse();
  }

  @Test
  void aSingleKeyIsThatKeyAlone() {
    KeyIntervals keys = union("a", "");
    assertThat(covers(keys, "a", "")).isTrue();
    assertThat(covers(keys, "a\0", "")).isFalse();
    assertThat(covers(keys, "a", OPEN)).as("from that key on").isFalse();
    assertThat(covers(keys, "a", "b")).isFalse();
  }

  @Test
  void aRangeWithoutEndCoversAllThatFollows() {
    KeyIntervals keys = union("b", OPEN, "a", "");
    assertThat(covers(keys, "b", OPEN)).isTrue();
    assertThat(covers(keys, "zz", "")).isTrue();
    assertThat(covers(keys, "a", "")).isTrue();
    assertThat(covers(keys, "aa", "")).isFalse();
    assertThat(covers(keys, OPEN, OPEN)).isFalse();
    assertThat(covers(union(OPEN, OPEN), OPEN, OPEN)).isTrue();
  }

  @Test
  void askingForNothingTakesARightAsWell() {
    KeyIntervals keys = union("b", "d");
    assertThat(covers(keys, "c", "a")).isTrue();
    assertThat(covers(keys, "e", "a")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void itAgreesWithLookingAtEveryKey(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      List<Interval> intervals = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        intervals.add(Interval.ofRequest(key(random), end(random)));
      }
      KeyIntervals union = KeyIntervals.union(intervals);
      ByteString lo = key(random);
      ByteString hi = end(random);
      Interval wanted = Interval.ofRequest(lo, hi);
      boolean all = true;
      for (int first = 0; first < 8; first++) {
        for (int second = -1; second < 8; second++) {
          ByteString key = key(first, second);
          ByteString next = key.concat(bytes("\0"));
          all &= !contains(wanted, key) || intervals.stream().anyMatch(one -> contains(one, key));
          all &= !contains(wanted, next) || intervals.stream().anyMatch(one -> contains(one, next));
        }
      }
      boolean open = wanted.hi() == null && intervals.stream().noneMatch(one -> one.hi() == null);
      assertThat(union.covers(lo, hi)).as("%s of %s", wanted, intervals).isEqualTo(all && !open);
    }
  }

  private static boolean contains(Interval interval, ByteString key) {
    var order = ByteString.unsignedLexicographicalComparator();
    return order.compare(interval.lo(), key) <= 0
        && (interval.hi() == null || order.compare(key, interval.hi()) < 0);
  }

  private static ByteString key(Random random) {
    return key(random.nextInt(8), random.nextInt(3) - 1);
  }

  private static ByteString end(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> ByteString.EMPTY;
      case 1 -> random.nextInt(3) == 0 ? bytes(OPEN) : key(random);
      default -> key(random);
    };
  }

  /** Keys of one or two bytes; every interval above falls between them. */
  private static ByteString key(int first, int second) {
    ByteString one = bytes("" + (char) ('a' + first));
    return second < 0 ? one : one.concat(ByteString.copyFrom(new byte[] {(byte) second}));
  }

  private static KeyIntervals union(String... pairs) {
    List<Interval> intervals = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      intervals.add(Interval.ofRequest(bytes(pairs[i]), bytes(pairs[i + 1])));
    }
    return KeyIntervals.union(intervals);
  }

  private static boolean covers(KeyIntervals keys, String key, String end) {
    return keys.covers(bytes(key), bytes(end));
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
