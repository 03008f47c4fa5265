package io.kelson.server.config;

import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads values from text as etcd, and so Go, writes them. */
final class Texts {
  private static final Pattern DURATION_PART =
      Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private Texts() {}

  /** Makes a value of a text. */
  interface Reader<T> {
    /**
     * @throws BadText if it is none
     */
    T read(String text);
  }

  /** A text is not what was expected; whoever knows what it was for says so. */
  static final class BadText extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param expected what it should have been, to follow "is not"
     */
    BadText(String expected) {
      super(expected, null, false, false);
    }
  }

  static int wholeNumber(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new BadText("a whole number");
    }
  }

  static long largeNumber(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadText("a whole number");
    }
  }

  /** For settings that are larger in etcd than anything here could count to. */
  static int capped(String text) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, largeNumber(text)));
  }

  static boolean yesOrNo(String text) {
    return switch (text) {
      case "1", "t", "T", "TRUE", "true", "True" -> true;
      case "0", "f", "F", "FALSE", "false", "False" -> false;
      default -> throw new BadText("one of true, false");
    };
  }

  /**
   * {@code 1h30m}, {@code 100ms}; a bare number is refused, as nobody knows its unit, but for 0.
   */
  static Duration duration(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    Matcher part = DURATION_PART.matcher(text);
    BigDecimal nanos = BigDecimal.ZERO;
    int at = 0;
    while (at < text.length() && part.find(at) && part.start() == at) {
      nanos =
          nanos.add(
              new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.get(part.group(2)))));
      at = part.end();
    }
    if (at < text.length() || text.isEmpty()) {
      throw new BadText("a time with a unit, such as 100ms, 5s, 10m or 1h30m");
    }
    if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new BadText("a time below 292 years");
    }
    return Duration.ofNanos(nanos.longValue());
  }

  /** What {@link #duration} reads, in few characters. */
  static String text(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    if (duration.toMillisPart() != 0 || duration.getNano() != 0) {
      return duration.getNano() % 1_000_000 == 0
          ? duration.toMillis() + "ms"
          : duration.toNanos() + "ns";
    }
    StringBuilder text = new StringBuilder();
    append(text, duration.toHours(), "h");
    append(text, duration.toMinutesPart(), "m");
    append(text, duration.toSecondsPart(), "s");
    return text.toString();
  }

  private static void append(StringBuilder text, long amount, String unit) {
    if (amount != 0) {
      text.append(amount).append(unit);
    }
  }

  /** Parts between commas; none of an empty text. */
  static List<String> list(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  /** A list in which an empty text stands for everything. */
  static List<String> listOrAll(String text) {
    List<String> parts = list(text);
    return parts.isEmpty() ? List.of("*") : parts;
  }

  /** A path, or null of an empty text. */
  static Path path(String text) {
    try {
      return text.isEmpty() ? null : Path.of(text);
    } catch (InvalidPathException e) {
      throw new BadText("a path");
    }
  }

  /** One of an enum's names, in any case, with {@code -} for {@code _}. */
  static <E extends Enum<E>> Reader<E> oneOf(Class<E> type) {
    List<E> all = List.of(type.getEnumConstants());
    return text ->
        all.stream()
            .filter(value -> name(value).equals(text.toLowerCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(
                () ->
                    new BadText(
                        "one of " + String.join(", ", all.stream().map(Texts::name).toList())));
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
