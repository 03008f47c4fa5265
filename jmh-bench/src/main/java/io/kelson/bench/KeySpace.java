package io.kelson.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/**
 * The keys of a run: the numbers {@code [0, size)} in decimal, padded with zeros to one length.
 *
 * @param size how many keys there are
 * @param keyBytes how long each is
 */
public record KeySpace(long size, int keyBytes) {
  /** Checks that the numbers fit. */
  public KeySpace {
    if (size < 1 || keyBytes < 1 || Math.log10(size) > keyBytes) {
      throw new IllegalArgumentException(
          "a key space of " + size + " needs keys longer than " + keyBytes + " bytes");
    }
  }

  /** The key of that number. */
  public ByteString key(long number) {
    byte[] key = new byte[keyBytes];
    long rest = number;
    for (int i = keyBytes - 1; i >= 0; i--) {
      key[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return UnsafeByteOperations.unsafeWrap(key);
  }
}
