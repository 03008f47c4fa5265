package io.kelson.bench.scenario;

import io.kelson.bench.Interval;
import io.kelson.bench.Ratios;
import java.util.ArrayList;
import java.util.List;

/**
 * One row over all pairs; its components are fields of the JSON result.
 *
 * @param pairs in which both sides could be read; only these count for ratios and goals
 * @param a the first side
 * @param b the second side
 * @param ratioMedian the median over the pairs of b's value by a's; 0 if there is none
 * @param ratioInterval where that lies
 * @param goal what b was to reach, and whether it did
 */
public record ScenarioComparison(
    String what,
    int pairs,
    Side a,
    Side b,
    double ratioMedian,
    Interval ratioInterval,
    Bound.Outcome goal) {

  /**
   * One side's figures.
   *
   * @param text as they stand in the table
   * @param median of each over the pairs; null if there is none
   */
  public record Side(String text, Reading median) {
    static Side of(Row row, List<Reading> readings) {
      if (readings.isEmpty()) {
        return new Side("failed", null);
      }
      Reading median = Reading.median(readings);
      return new Side(row.cell(median), median);
    }
  }

  /** What b was to reach. */
  public String goalText() {
    return goal.goal();
  }

  /** The ratio or value that was held against the goal; 0 if there is none. */
  public double measured() {
    return goal.measured();
  }

  /** Where that lies; null in results that are older than this. */
  public Interval measuredInterval() {
    return goal.interval();
  }

  /** Whether it was reached. */
  public boolean goalReached() {
    return goal.reached();
  }

  /**
   * Compares.
   *
   * @param a the first side's runs of the row's scenario, one per pair
   * @param b the second side's, in the same order
   */
  static ScenarioComparison of(Row row, List<ScenarioRun> a, List<ScenarioRun> b) {
    List<Reading> readA = new ArrayList<>();
    List<Reading> readB = new ArrayList<>();
    List<Reading> allA = new ArrayList<>();
    List<Reading> allB = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      Reading one = a.get(i).readings().get(row.what());
      Reading other = b.get(i).readings().get(row.what());
      if (one != null) {
        allA.add(one);
      }
      if (other != null) {
        allB.add(other);
      }
      if (one != null && other != null) {
        readA.add(one);
        readB.add(other);
      }
    }
    double[] ratios = Bound.ratios(readA, readB);
    return new ScenarioComparison(
        row.what(),
        ratios.length,
        Side.of(row, allA),
        Side.of(row, allB),
        ratios.length > 0 ? Ratios.median(ratios) : 0,
        Bound.ratioInterval(readA, readB),
        row.goal().judge(row.unit(), readA, readB));
  }
}
