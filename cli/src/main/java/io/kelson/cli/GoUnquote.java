package io.kelson.cli;

/** Reads one double-quoted Go string; byte text in and out. */
final class GoUnquote {
  private final String quoted;
  private final StringBuilder text = new StringBuilder();
  private int at = 1;

  GoUnquote(String quoted) {
    this.quoted = quoted;
  }

  String read() {
    int end = quoted.length() - 1;
    if (end < 1 || quoted.charAt(0) != '"' || quoted.charAt(end) != '"') {
      throw bad();
    }
    while (at < end) {
      char c = quoted.charAt(at++);
      if (c == '\\') {
        escape(quoted.charAt(at++));
      } else {
        text.append(c);
      }
    }
    if (at != end) {
      throw bad();
    }
    return text.toString();
  }

  private void escape(char c) {
    switch (c) {
      case 'a' -> text.append('\007');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'n' -> text.append('\n');
      case 'r' -> text.append('\r');
      case 't' -> text.append('\t');
      case 'v' -> text.append('\013');
      case '\\', '"' -> text.append(c);
      case 'x' -> text.append((char) number(2, 16, 0xff));
      case 'u' -> character(number(4, 16, 0xffff));
      case 'U' -> character(number(8, 16, Character.MAX_CODE_POINT));
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        text.append((char) number(3, 8, 0xff));
      }
      default -> throw bad();
    }
  }

  private int number(int digits, int base, long max) {
    if (at + digits >= quoted.length()) {
      throw bad();
    }
    try {
      long value = Long.parseLong(quoted.substring(at, at + digits), base);
      if (value < 0 || value > max) {
        throw bad();
      }
      at += digits;
      return (int) value;
    } catch (NumberFormatException e) {
      throw bad();
    }
  }

  private void character(int codePoint) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) {
      throw bad();
    }
    text.append(ByteText.of(GoText.utf8(codePoint)));
  }

  private IllegalArgumentException bad() {
    return new IllegalArgumentException(
        "not a quoted string: " + ByteText.readable(quoted) + "; write it as \"text\"");
  }
}
