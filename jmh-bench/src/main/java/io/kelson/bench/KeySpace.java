package io.kelson.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/**
 * The keys of a run: the numbers {@code [0, size)} in decimal, padded with zeros to one length.
 *
 * @param size how many keys there are
 * @param keyBytes how long each is
 * @param prefix what each begins with, so that two spaces in one store do not overlap; may be empty
 */
public record KeySpace(long size, int keyBytes, String prefix) {
  /** Checks that the numbers fit. */
  public KeySpace {
    if (size < 1 || keyBytes < 1 || Math.log10(size) > keyBytes - prefix.length()) {
      throw new IllegalArgumentException(
          "a key space of " + size + " needs keys longer than " + keyBytes + " bytes");
    }
  }

  /** Keys that are nothing but their number. */
  public KeySpace(long size, int keyBytes) {
    this(size, keyBytes, "");
  }

  /** Right behind the last key: the end of a range over all. */
  public ByteString end() {
    return key(size - 1).concat(ByteString.copyFrom(new byte[1]));
  }

  /** The number of that key, which must be one of these. */
  public long number(ByteString key) {
    long number = 0;
    for (int i = prefix.length(); i < key.size(); i++) {
      number = number * 10 + key.byteAt(i) - '0';
    }
    return number;
  }

  /** The key of that number. */
  public ByteString key(long number) {
    byte[] key = new byte[keyBytes];
    long rest = number;
    for (int i = keyBytes - 1; i >= prefix.length(); i--) {
      key[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    for (int i = 0; i < prefix.length(); i++) {
      key[i] = (byte) prefix.charAt(i);
    }
    return UnsafeByteOperations.unsafeWrap(key);
  }
}
