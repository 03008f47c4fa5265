package io.kelson.bench.scenario;

import io.kelson.bench.Draw;
import io.kelson.bench.Interval;
import io.kelson.bench.Ratios;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
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
   * @param interval where that lies
   * @param reached never if there is none
   * @param text for the table
   */
  record Outcome(String goal, double measured, Interval interval, boolean reached, String text) {}

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
    double[] figures =
        switch (against) {
          case OTHER -> ratios(a, b);
          case OWN_IDLE -> b.stream().mapToDouble(Reading::ownRatio).toArray();
          case NOTHING -> b.stream().mapToDouble(Reading::value).toArray();
        };
    Interval interval =
        switch (against) {
          case OTHER -> ratioInterval(a, b);
          case OWN_IDLE -> Interval.ofMedian(figures, draws(b, Reading::ownRatioDraw));
          case NOTHING -> Interval.ofMedian(figures, draws(b, Reading::draw));
        };
    double measured = figures.length == 0 ? 0 : Ratios.median(figures);
    boolean reached = measured > 0 && measured <= most;
    String shown =
        against == Against.NOTHING
            ? unit.text(measured)
            : String.format(Locale.ROOT, "%.2fx", measured);
    return new Outcome(
        goal(unit),
        measured,
        interval,
        reached,
        String.format("%s, %s%s", reached ? "yes" : "no", shown, interval.text()));
  }

  /** The second side's values by the first's, pair by pair. */
  static double[] ratios(List<Reading> a, List<Reading> b) {
    return IntStream.range(0, a.size())
        .mapToDouble(i -> Ratios.ratio(b.get(i).value(), a.get(i).value()))
        .toArray();
  }

  /** Where the median of these ratios lies. */
  static Interval ratioInterval(List<Reading> a, List<Reading> b) {
    List<Draw> under = draws(a, Reading::draw);
    List<Draw> over = draws(b, Reading::draw);
    boolean all = under.size() == a.size() && over.size() == b.size();
    List<Draw> ratios =
        all
            ? IntStream.range(0, a.size())
                .mapToObj(i -> Ratios.ratio(over.get(i), under.get(i)))
                .toList()
            : List.of();
    return Interval.ofMedian(ratios(a, b), ratios);
  }

  private static List<Draw> draws(
      List<Reading> readings, Function<Reading, Optional<Draw>> figure) {
    return readings.stream().map(figure).flatMap(Optional::stream).toList();
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
