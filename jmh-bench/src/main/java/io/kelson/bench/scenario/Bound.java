package io.kelson.bench.scenario;

import io.kelson.bench.Ratios;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How little the second side is to need of what a row measures.
 *
 * @param against what it is held against
 * @param most the largest value, or ratio, that is good enough
 */
record Bound(Against against, double most) {
  /** What the second side's value is held against. */
  enum Against {
    /** The first side's. */
    OTHER,
    /** Its own when idle. */
    OWN_IDLE,
    /** Nothing: the bound is in the row's unit. */
    NOTHING
  }

  /**
   * What came of it; its components are fields of the JSON result.
   *
   * @param measured the value or ratio that was held against the bound; 0 if there is none
   * @param reached never if there is none
   * @param text for the table
   */
  record Outcome(String goal, double measured, boolean reached, String text) {}

  static Bound ofOther(double times) {
    return new Bound(Against.OTHER, times);
  }

  static Bound ofOwnIdle(double times) {
    return new Bound(Against.OWN_IDLE, times);
  }

  static Bound absolute(double most) {
    return new Bound(Against.NOTHING, most);
  }

  /**
   * Judges.
   *
   * @param a the first side's readings, one per pair; may be none
   * @param b the second side's, in the same order
   */
  Outcome judge(Row.Unit unit, List<Reading> a, List<Reading> b) {
    double measured =
        b.isEmpty()
            ? 0
            : switch (against) {
              case OTHER -> Ratios.median(ratios(a, b));
              case OWN_IDLE -> Reading.median(b, Reading::ownRatio);
              case NOTHING -> Reading.median(b, Reading::value);
            };
    boolean reached = measured > 0 && measured <= most;
    String shown =
        against == Against.NOTHING
            ? unit.text(measured)
            : String.format(Locale.ROOT, "%.2fx", measured);
    return new Outcome(
        goal(unit), measured, reached, String.format("%s (%s)", reached ? "yes" : "no", shown));
  }

  /** The second side's values by the first's, pair by pair. */
  static double[] ratios(List<Reading> a, List<Reading> b) {
    return IntStream.range(0, a.size())
        .mapToDouble(i -> Ratios.ratio(b.get(i).value(), a.get(i).value()))
        .toArray();
  }

  private String goal(Row.Unit unit) {
    String number =
        most == Math.rint(most) ? String.format(Locale.ROOT, "%.0f", most) : Double.toString(most);
    return switch (against) {
      case OTHER -> "<= " + number + "x";
      case OWN_IDLE -> "<= " + number + "x of its own idle";
      case NOTHING -> "<= " + unit.text(most);
    };
  }
}
