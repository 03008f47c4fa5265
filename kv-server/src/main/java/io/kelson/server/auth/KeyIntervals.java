package io.kelson.server.auth;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of keys, as the union of intervals. Immutable.
 *
 * <p>Intervals that touch are one, so a range that two of them cover together is covered.
 */
final class KeyIntervals {
  static final KeyIntervals NONE = new KeyIntervals(List.of());

  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  /** The keys from lo up to, not including, hi; without end if hi is null. */
  record Interval(ByteString lo, ByteString hi) {
    /** As the two fields of a request say it; see {@link KeyIntervals#covers}. */
    static Interval ofRequest(ByteString key, ByteString rangeEnd) {
      if (rangeEnd.equals(ZERO)) {
        return new Interval(key, null);
      }
      boolean several = ORDER.compare(key, rangeEnd) < 0;
      return new Interval(key, several ? rangeEnd : key.concat(ZERO));
    }

    private boolean reaches(ByteString other) {
      return hi == null || ORDER.compare(hi, other) >= 0;
    }

    private boolean endsBefore(Interval other) {
      return hi != null && (other.hi == null || ORDER.compare(hi, other.hi) < 0);
    }
  }

  /** Disjoint and apart from each other, ascending. */
  private final List<Interval> intervals;

  private KeyIntervals(List<Interval> intervals) {
    this.intervals = intervals;
  }

  /** The union of intervals. */
  static KeyIntervals union(List<Interval> of) {
    List<Interval> sorted = new ArrayList<>(of);
    sorted.sort(Comparator.comparing(Interval::lo, ORDER));
    List<Interval> merged = new ArrayList<>();
    for (Interval next : sorted) {
      Interval last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (last == null || !last.reaches(next.lo())) {
        merged.add(next);
      } else if (last.endsBefore(next)) {
        merged.set(merged.size() - 1, new Interval(last.lo(), next.hi()));
      }
    }
    return new KeyIntervals(List.copyOf(merged));
  }

  /**
   * Whether every key a request names is in here. A range that ends before it begins holds no key
   * at all; it is treated as its first key, so that asking for nothing takes a right as well.
   *
   * @param rangeEnd empty for the key alone, a zero byte for no end
   */
  boolean covers(ByteString key, ByteString rangeEnd) {
    Interval wanted = Interval.ofRequest(key, rangeEnd);
    int lo = 0;
    int hi = intervals.size();
    while (lo < hi) {
      int middle = (lo + hi) >>> 1;
      if (ORDER.compare(intervals.get(middle).lo(), key) <= 0) {
        lo = middle + 1;
      } else {
        hi = middle;
      }
    }
    return lo > 0 && !intervals.get(lo - 1).endsBefore(wanted);
  }
}
