package io.kelson.cli;

import io.kelson.client.Bytes;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** Text in the forms that etcdctl, a Go program, reads and writes. */
final class GoText {
  private static final String[] SIZE_UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private GoText() {}

  /** Go's {@code %q}: double quotes, and escapes for what is not printable. */
  static String quoted(Bytes bytes) {
    StringBuilder quoted = new StringBuilder("\"");
    int i = 0;
    while (i < bytes.size()) {
      int length = Utf8.lengthAt(bytes, i);
      if (length == 0) {
        quoted.append(String.format("\\x%02x", bytes.at(i) & 0xff));
        i++;
      } else {
        appendQuoted(quoted, Utf8.codePointAt(bytes, i, length));
        i += length;
      }
    }
    return quoted.append('"').toString();
  }

  static String quoted(String text) {
    return quoted(Bytes.utf8(text));
  }

  private static void appendQuoted(StringBuilder quoted, int c) {
    switch (c) {
      case '"' -> quoted.append("\\\"");
      case '\\' -> quoted.append("\\\\");
      case 0x07 -> quoted.append("\\a");
      case '\b' -> quoted.append("\\b");
      case '\f' -> quoted.append("\\f");
      case '\n' -> quoted.append("\\n");
      case '\r' -> quoted.append("\\r");
      case '\t' -> quoted.append("\\t");
      case 0x0b -> quoted.append("\\v");
      default -> {
        if (printable(c)) {
          quoted.appendCodePoint(c);
        } else if (c < 0x80) {
          quoted.append(String.format("\\x%02x", c));
        } else if (c < 0x10000) {
          quoted.append(String.format("\\u%04x", c));
        } else {
          quoted.append(String.format("\\U%08x", c));
        }
      }
    }
  }

  /** What Go calls printable: letters, marks, numbers, punctuation, symbols and the plain space. */
  private static boolean printable(int c) {
    if (c < 0x7f) {
      return c >= 0x20;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** Each byte as {@code \xhh}. */
  static String hex(Bytes bytes) {
    StringBuilder hex = new StringBuilder(4 * bytes.size());
    for (int i = 0; i < bytes.size(); i++) {
      int b = bytes.at(i) & 0xff;
      hex.append("\\x")
          .append(Character.forDigit(b >> 4, 16))
          .append(Character.forDigit(b & 15, 16));
    }
    return hex.toString();
  }

  /** A duration as Go prints it: {@code 1.443891ms}, {@code 5.000319728s}, {@code 1m0.5s}. */
  static String duration(long nanos) {
    if (nanos == 0) {
      return "0s";
    }
    if (nanos < 1000) {
      return nanos + "ns";
    }
    if (nanos < 1_000_000) {
      return decimal(nanos, 3) + "µs";
    }
    if (nanos < 1_000_000_000) {
      return decimal(nanos, 6) + "ms";
    }
    long minutes = nanos / 60_000_000_000L;
    String seconds = decimal(nanos % 60_000_000_000L, 9) + "s";
    if (minutes == 0) {
      return seconds;
    }
    String rest = minutes % 60 + "m" + seconds;
    return minutes < 60 ? rest : minutes / 60 + "h" + rest;
  }

  private static String decimal(long unscaled, int scale) {
    BigDecimal value = BigDecimal.valueOf(unscaled, scale);
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  /** Reads a duration such as {@code 5s}, {@code 1m30s}, {@code 250ms}, {@code 1.5h}. */
  static Duration parseDuration(String text) {
    Duration plain = plainSeconds(text);
    if (plain != null) {
      return plain;
    }
    java.util.regex.Matcher part =
        java.util.regex.Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h)?")
            .matcher(text);
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (end < text.length()) {
      if (!part.find(end) || part.start() != end) {
        throw new IllegalArgumentException("time: invalid duration " + quoted(text));
      }
      if (part.group(2) == null) {
        throw new IllegalArgumentException("time: missing unit in duration " + quoted(text));
      }
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(nanosOf(part.group(2))));
      end = part.end();
    }
    if (end == 0 || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("time: invalid duration " + quoted(text));
    }
    return Duration.ofNanos(nanos.longValue());
  }

  /** The common case, {@code 5s}, without what every command would have to load for it. */
  private static Duration plainSeconds(String text) {
    int digits = text.length() - 1;
    if (digits < 1 || digits > 9 || text.charAt(digits) != 's') {
      return null;
    }
    long seconds = 0;
    for (int i = 0; i < digits; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return null;
      }
      seconds = 10 * seconds + c - '0';
    }
    return Duration.ofSeconds(seconds);
  }

  private static BigDecimal nanosOf(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ns" -> 1L;
          case "us", "µs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        });
  }

  /** Reads a whole number as Go does with base 0: decimal, or after 0x, 0o, 0b or a plain 0. */
  static long parseLong(String text) {
    String digits = text.startsWith("+") || text.startsWith("-") ? text.substring(1) : text;
    String lower = digits.toLowerCase(Locale.ROOT);
    int base = 10;
    if (lower.startsWith("0x")) {
      base = 16;
    } else if (lower.startsWith("0b")) {
      base = 2;
    } else if (lower.startsWith("0") && lower.length() > 1) {
      base = 8;
    }
    String plain = base == 10 ? digits : digits.substring(lower.matches("0[xbo].*") ? 2 : 1);
    return parseLong(text, text.startsWith("-") ? "-" + plain : plain, base);
  }

  /** Reads hexadecimal digits without a prefix, as lease ids are written. */
  static long parseHex(String text) {
    return parseLong(text, text, 16);
  }

  /** Reads hexadecimal digits as an unsigned number, as member ids are written. */
  static long parseUnsignedHex(String text) {
    boolean isTooLarge = text.matches("[0-9a-fA-F]{17,}");
    try {
      if (!text.startsWith("+")) {
        return Long.parseUnsignedLong(text, 16);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "strconv.ParseUint: parsing "
            + quoted(text)
            + (isTooLarge ? ": value out of range" : ": invalid syntax"));
  }

  static long parseDecimal(String text) {
    return parseLong(text, text, 10);
  }

  private static long parseLong(String whole, String digits, int base) {
    try {
      return Long.parseLong(digits, base);
    } catch (NumberFormatException e) {
      boolean tooLarge = digits.matches("[+-]?[0-9]+") || digits.matches("[+-]?[0-9a-fA-F]{16,}");
      throw new IllegalArgumentException(
          "strconv.ParseInt: parsing "
              + quoted(whole)
              + (tooLarge ? ": value out of range" : ": invalid syntax"));
    }
  }

  /** Reads what Go takes for true or false. */
  static boolean parseBool(String text) {
    return switch (text) {
      case "1", "t", "T", "TRUE", "true", "True" -> true;
      case "0", "f", "F", "FALSE", "false", "False" -> false;
      default ->
          throw new IllegalArgumentException(
              "strconv.ParseBool: parsing " + quoted(text) + ": invalid syntax");
    };
  }

  /**
   * A size in powers of 1000 with at most two digits after rounding: {@code 25 kB}, {@code 1.2 MB}.
   */
  static String size(long bytes) {
    if (bytes < 10) {
      return bytes + " B";
    }
    int unit = 0;
    double value = bytes;
    while (value >= 1000 && unit < SIZE_UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    double rounded = Math.floor(value * 10 + 0.5) / 10;
    String format = rounded < 10 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, format, rounded, SIZE_UNITS[unit]);
  }

  /** Reads a double-quoted Go string, quotes included, from byte text to byte text. */
  static String unquoted(String quoted) {
    return new GoUnquote(quoted).read();
  }

  static byte[] utf8(int codePoint) {
    return new String(Character.toChars(codePoint)).getBytes(StandardCharsets.UTF_8);
  }
}
