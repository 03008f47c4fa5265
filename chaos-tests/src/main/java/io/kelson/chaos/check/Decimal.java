package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import java.util.OptionalLong;

/** Values that are decimal numbers. */
final class Decimal {
  private Decimal() {}

  /** The number; empty if the text is none. */
  static OptionalLong parse(Bytes text) {
    try {
      return OptionalLong.of(Long.parseLong(text.utf8()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
