package io.kelson.cli;

import io.kelson.client.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds characters in bytes that may not be UTF-8 at all. */
final class Utf8 {
  private Utf8() {}

  /** How many bytes the character at {@code index} has, or 0 if no valid one starts there. */
  static int lengthAt(Bytes bytes, int index) {
    int first = bytes.at(index) & 0xff;
    int length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first > 0xf4 || length == 0 || index + length > bytes.size()) {
      return 0;
    }
    for (int i = 1; i < length; i++) {
      if ((bytes.at(index + i) & 0xc0) != 0x80) {
        return 0;
      }
    }
    int c = decode(bytes, index, length);
    boolean overlong = length == 3 && c < 0x800 || length == 4 && c < 0x10000;
    boolean surrogate = c >= 0xd800 && c < 0xe000;
    return overlong || surrogate || c > 0x10ffff ? 0 : length;
  }

  static int codePointAt(Bytes bytes, int index, int length) {
    return decode(bytes, index, length);
  }

  private static int decode(Bytes bytes, int index, int length) {
    int first = bytes.at(index) & 0xff;
    if (length == 1) {
      return first;
    }
    int c = first & (0x7f >> length);
    for (int i = 1; i < length; i++) {
      c = c << 6 | bytes.at(index + i) & 0x3f;
    }
    return c;
  }

  /** True when all of it is UTF-8. */
  static boolean valid(Bytes bytes) {
    byte[] again = bytes.utf8().getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(again, bytes.toByteArray());
  }
}
