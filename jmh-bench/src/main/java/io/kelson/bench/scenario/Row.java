package io.kelson.bench.scenario;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the table of scenarios.
 *
 * @param what is measured; its beginning is what {@code --only} names it by
 * @param unit of its value
 * @param goal what the second side is to reach
 * @param shown which parts of a reading stand in its cells
 */
record Row(String what, Unit unit, Bound goal, List<String> shown) {
  /** What values are in; less is better in all of them. */
  enum Unit {
    MEBIBYTES("MiB", "%.0f"),
    SECONDS("s", "%.2f"),
    MILLISECONDS("ms", "%.2f");

    private final String word;
    private final String format;

    Unit(String word, String format) {
      this.word = word;
      this.format = format;
    }

    /** With the unit behind it. */
    String text(double value) {
      return String.format(Locale.ROOT, format + " %s", value, word);
    }
  }

  Row(String what, Unit unit, Bound goal, String... shown) {
    this(what, unit, goal, List.of(shown));
  }

  /** A reading as it stands in a cell. */
  String cell(Reading reading) {
    StringBuilder out = new StringBuilder(unit.text(reading.value()));
    if (reading.idle() > 0) {
      out.append(
          String.format(
              Locale.ROOT, ", %.2fx of %s idle", reading.ownRatio(), unit.text(reading.idle())));
    }
    String separator = " (";
    for (Map.Entry<String, Double> part : reading.parts().entrySet()) {
      if (shown.contains(part.getKey())) {
        out.append(separator);
        out.append(number(part.getValue())).append(' ').append(part.getKey());
        separator = ", ";
      }
    }
    return out.append(separator.equals(", ") ? ")" : "").toString();
  }

  private static String number(double value) {
    boolean whole = value == Math.rint(value) || value >= 100;
    return String.format(Locale.ROOT, whole ? "%.0f" : "%.1f", value);
  }
}
