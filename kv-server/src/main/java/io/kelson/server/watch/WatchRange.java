package io.kelson.server.watch;

import com.google.protobuf.ByteString;

/**
 * The keys of one watch: a single key, or the half-open range [lo, hi).
 *
 * @param lo the key, or the first key of the range; never empty
 * @param hi null for a single key; empty for a range without end; otherwise one past the last key
 */
public record WatchRange(ByteString lo, ByteString hi) {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

  /**
   * Reads the two fields of a request as etcd does: an empty key is the first possible key, an end
   * of one zero byte means "no end", and an absent end means "just this key".
   */
  public static WatchRange ofRequest(ByteString key, ByteString rangeEnd) {
    ByteString lo = key.isEmpty() ? ZERO : key;
    if (rangeEnd.isEmpty()) {
      return new WatchRange(lo, null);
    }
    return new WatchRange(lo, rangeEnd.equals(ZERO) ? ByteString.EMPTY : rangeEnd);
  }

  /** Whether this is one key and not a range. */
  public boolean isSingleKey() {
    return hi == null;
  }

  /** Whether every key from {@link #lo} on belongs to it. */
  public boolean isOpenEnded() {
    return hi != null && hi.isEmpty();
  }

  /** Whether no key can be in it. */
  public boolean isEmpty() {
    return hi != null && !hi.isEmpty() && compare(lo, hi) >= 0;
  }

  /** Whether {@code key} is in it. */
  public boolean contains(ByteString key) {
    if (hi == null) {
      return lo.equals(key);
    }
    return compare(lo, key) <= 0 && isBelowEnd(key, hi);
  }

  /** Whether {@code key} lies before the end {@code hi}, where an empty end is no end. */
  static boolean isBelowEnd(ByteString key, ByteString hi) {
    return hi.isEmpty() || compare(key, hi) < 0;
  }

  /** Order of two range ends, where an empty end comes after all others. */
  static int compareEnds(ByteString a, ByteString b) {
    if (a.isEmpty() || b.isEmpty()) {
      return Boolean.compare(a.isEmpty(), b.isEmpty());
    }
    return compare(a, b);
  }

  /** Order of two keys: bytes, unsigned. */
  static int compare(ByteString a, ByteString b) {
    int common = Math.min(a.size(), b.size());
    for (int i = 0; i < common; i++) {
      int difference = (a.byteAt(i) & 0xff) - (b.byteAt(i) & 0xff);
      if (difference != 0) {
        return difference;
      }
    }
    return a.size() - b.size();
  }
}
