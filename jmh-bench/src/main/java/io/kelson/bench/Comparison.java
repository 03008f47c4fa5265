package io.kelson.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One step over all pairs of a side-by-side run; its components are fields of the JSON result.
 *
 * @param a the first side's figures, one per pair
 * @param b the second side's, in the same order
 * @param ratioMedian the median over the pairs of b's throughput by a's
 * @param ratioInterval where that lies
 * @param cpuRatioMedian the median over the pairs of b's server CPU per operation by a's
 * @param goals what b was to reach beside a, and whether it did
 */
record Comparison(
    String step,
    Medians a,
    Medians b,
    double ratioMedian,
    Interval ratioInterval,
    double cpuRatioMedian,
    List<Goal.Outcome> goals) {
  /** The medians of one side over the pairs. */
  record Medians(
      double opsPerSecond,
      double p50Micros,
      double p99Micros,
      double maxMicros,
      double cpuMicrosPerOp,
      double bytesWrittenPerOp,
      Double fdatasyncsPerOp) {
    static Medians of(LoadResult[] results) {
      return new Medians(
          medianOf(results, LoadResult::opsPerSecond),
          medianOf(results, LoadResult::p50Micros),
          medianOf(results, LoadResult::p99Micros),
          medianOf(results, LoadResult::maxMicros),
          medianOf(results, LoadResult::serverCpuMicrosPerOp),
          medianOf(results, Medians::bytesWritten),
          syncs(results));
    }

    /** Null if unknown in one of them. */
    private static Double syncs(LoadResult[] results) {
      boolean known = Arrays.stream(results).allMatch(result -> result.fdatasyncsPerOp() != null);
      return known ? (Double) medianOf(results, LoadResult::fdatasyncsPerOp) : null;
    }

    /** {@link #fdatasyncsPerOp} as it stands in a table. */
    String syncsText() {
      return fdatasyncsPerOp == null ? "-" : String.format("%.3f", fdatasyncsPerOp);
    }

    /** 0 if unknown. */
    private static double bytesWritten(LoadResult result) {
      return result.diskBytesWrittenPerOp() == null ? 0 : result.diskBytesWrittenPerOp();
    }

    private static double medianOf(LoadResult[] results, ToDoubleFunction<LoadResult> figure) {
      return Ratios.median(Arrays.stream(results).mapToDouble(figure).toArray());
    }
  }

  static Comparison of(Step step, Sizes sizes, LoadResult[] a, LoadResult[] b) {
    return new Comparison(
        step.label(sizes),
        Medians.of(a),
        Medians.of(b),
        Ratios.median(Goal.Figure.THROUGHPUT.ratios(a, b)),
        Goal.Figure.THROUGHPUT.interval(a, b),
        Ratios.median(Goal.Figure.CPU.ratios(a, b)),
        step.goals().stream().map(goal -> goal.judge(a, b)).toList());
  }
}
