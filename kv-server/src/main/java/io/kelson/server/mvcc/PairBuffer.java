package io.kelson.server.mvcc;

import java.util.Arrays;

/** A pair's wire bytes, in an array that is used for the next pair as well. Not thread-safe. */
public final class PairBuffer {
  private static final int FIRST_BYTES = 4096;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;

  /** The array; only the first {@link #length} bytes are of the pair. */
  public byte[] bytes() {
    return bytes;
  }

  /** How long the pair is. */
  public int length() {
    return length;
  }

  void set(byte[] pair) {
    bytes = pair;
    length = pair.length;
  }

  /** Takes what an iterator stands at. */
  void read(BoundedIterator iterator) {
    length = iterator.value(bytes);
    if (length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
      length = iterator.value(bytes);
    }
  }
}
