package io.kelson.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

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
    /** The latency of the last of operations that come due together: less is better. */
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

    /** Draws it again from the result's slices; nothing if it is no figure of theirs. */
    private Optional<Draw> draw(LoadResult result) {
      List<Slice> slices = result.slices();
      if (slices.isEmpty()) {
        return Optional.empty();
      }
      return switch (this) {
        case THROUGHPUT -> Optional.of(Slice.operationsPerSecond(slices));
        case P50 ->
            slices.stream().anyMatch(slice -> slice.p50Micros() == null)
                ? Optional.empty()
                : Optional.of(Slice.medianLatency(slices));
        // The time until all were done, at the rate of the slices that are drawn.
        case LONGEST -> {
          Draw rate = Slice.operationsPerSecond(slices);
          yield Optional.of(random -> Ratios.ratio(result.operations(), rate.again(random)));
        }
        case CPU ->
            slices.stream().anyMatch(slice -> slice.serverCpuMicros() == null)
                ? Optional.empty()
                : Optional.of(Slice.cpuPerOperation(slices));
      };
    }

    /** The second side's by the first's, pair by pair. */
    double[] ratios(LoadResult[] a, LoadResult[] b) {
      return IntStream.range(0, a.length)
          .mapToDouble(i -> Ratios.ratio(of(b[i]), of(a[i])))
          .toArray();
    }

    /** Where the median of these ratios lies. */
    Interval interval(LoadResult[] a, LoadResult[] b) {
      List<Draw> draws = new ArrayList<>();
      for (int i = 0; i < a.length; i++) {
        Optional<Draw> under = draw(a[i]);
        Optional<Draw> over = draw(b[i]);
        if (under.isPresent() && over.isPresent()) {
          draws.add(Ratios.ratio(over.get(), under.get()));
        }
      }
      return Interval.ofMedian(ratios(a, b), draws);
    }
  }

  /**
   * What came of it; its components are fields of the JSON result.
   *
   * @param ratio the median over the pairs; 0 if there is none
   * @param interval where that lies
   * @param reached never if there is no ratio
   */
  record Outcome(String goal, double ratio, Interval interval, boolean reached) {}

  /**
   * Judges.
   *
   * @param a the first side's results, one per pair
   * @param b the second side's, in the same order
   */
  Outcome judge(LoadResult[] a, LoadResult[] b) {
    double ratio = Ratios.median(figure.ratios(a, b));
    boolean kept = more() ? ratio >= bound : ratio <= bound;
    return new Outcome(text(), ratio, figure.interval(a, b), ratio > 0 && kept);
  }

  private boolean more() {
    return figure == Figure.THROUGHPUT;
  }

  private String text() {
    String times = bound == Math.rint(bound) ? "%s %s %.0fx" : "%s %s %sx";
    return String.format(Locale.ROOT, times, figure.word, more() ? ">=" : "<=", bound);
  }
}
