package io.kelson.bench;

import java.util.Locale;

/**
 * How much better than the first side the second is to be under one load.
 *
 * @param figure which figure of the two is compared
 * @param bound of the ratio of the second side's by the first's
 */
record Goal(Figure figure, double bound) {
  /** What is compared. */
  enum Figure {
    /** Operations, or events, or expiries a second: more is better. */
    THROUGHPUT("ops/s"),
    /** The latency that half of the operations keep to: less is better. */
    P50("p50"),
    /** The latency of the last: less is better. */
    LONGEST("longest"),
    /** CPU time of all servers per operation: less is better. */
    CPU("CPU/op");

    private final String word;

    Figure(String word) {
      this.word = word;
    }

    double of(LoadResult result) {
      return switch (this) {
        case THROUGHPUT -> result.opsPerSecond();
        case P50 -> result.p50Micros();
        case LONGEST -> result.maxMicros();
        case CPU -> result.serverCpuMicrosPerOp();
      };
    }
  }

  /**
   * What came of it; its components are fields of the JSON result.
   *
   * @param ratio the median over the pairs; 0 if there is none
   * @param reached never if there is no ratio
   */
  record Outcome(String goal, double ratio, boolean reached) {}

  /**
   * Judges.
   *
   * @param a the first side's results, one per pair
   * @param b the second side's, in the same order
   */
  Outcome judge(LoadResult[] a, LoadResult[] b) {
    double[] ratios = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      double under = figure.of(a[i]);
      ratios[i] = under == 0 ? 0 : figure.of(b[i]) / under;
    }
    double ratio = Ratios.median(ratios);
    boolean kept = more() ? ratio >= bound : ratio <= bound;
    return new Outcome(text(), ratio, ratio > 0 && kept);
  }

  private boolean more() {
    return figure == Figure.THROUGHPUT;
  }

  private String text() {
    String times = bound == Math.rint(bound) ? "%s %s %.0fx" : "%s %s %sx";
    return String.format(Locale.ROOT, times, figure.word, more() ? ">=" : "<=", bound);
  }
}
