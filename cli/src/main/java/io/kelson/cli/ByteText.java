package io.kelson.cli;

import io.kelson.client.Bytes;
import java.nio.charset.StandardCharsets;

/** Strings with one char per byte: how arguments and input lines travel undamaged. */
final class ByteText {
  private ByteText() {}

  static String of(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  static Bytes bytes(String byteText) {
    return Bytes.of(byteText.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The text for people, in messages. */
  static String readable(String byteText) {
    return bytes(byteText).utf8();
  }

  /** The other way: text of this program as byte text. */
  static String ofReadable(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }
}
