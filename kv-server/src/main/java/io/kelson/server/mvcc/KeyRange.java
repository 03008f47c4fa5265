package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;

/**
 * The keys a request names, half-open: {@code lo <= key < hi}, in unsigned byte order.
 *
 * @param lo first key, not empty
 * @param hi one past the last, or null for no end
 * @param single whether the request named one key rather than a range
 */
public record KeyRange(ByteString lo, ByteString hi, boolean single) {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

  /**
   * Reads the API's pair of key and range_end: an empty range_end means the key alone, a single
   * zero byte means everything from the key on.
   */
  public static KeyRange of(ByteString key, ByteString rangeEnd) {
    if (rangeEnd.isEmpty()) {
      return new KeyRange(key, key.concat(ZERO), true);
    }
    return new KeyRange(key, rangeEnd.equals(ZERO) ? null : rangeEnd, false);
  }

  /** Whether no key can lie in it. */
  public boolean isEmpty() {
    return hi != null && compare(lo, hi) >= 0;
  }

  /** Whether the key lies in it. */
  public boolean contains(ByteString key) {
    return compare(lo, key) <= 0 && (hi == null || compare(key, hi) < 0);
  }

  /** Orders keys the way the store does. */
  public static int compare(ByteString a, ByteString b) {
    return ByteString.unsignedLexicographicalComparator().compare(a, b);
  }
}
