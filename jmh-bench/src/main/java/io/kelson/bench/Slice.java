package io.kelson.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * A stretch of a load's time; its components are fields of the JSON result.
 *
 * @param seconds how long it was
 * @param operations that ended in it
 * @param p50Micros of these; null if latencies were not kept by slices
 * @param serverCpuMicros of all servers together; null if that is unknown
 */
public record Slice(double seconds, long operations, Double p50Micros, Double serverCpuMicros) {

  /** Draws what all together did in a second. */
  static Draw operationsPerSecond(List<Slice> slices) {
    return ratioOfSums(slices, Slice::operations, Slice::seconds);
  }

  /** Draws what an operation took of the servers' CPU time, in microseconds. */
  static Draw cpuPerOperation(List<Slice> slices) {
    return ratioOfSums(slices, Slice::serverCpuMicros, Slice::operations);
  }

  private static Draw ratioOfSums(
      List<Slice> slices, ToDoubleFunction<Slice> over, ToDoubleFunction<Slice> under) {
    return random -> {
      double sumOver = 0;
      double sumUnder = 0;
      for (int i = 0; i < slices.size(); i++) {
        Slice slice = any(slices, random);
        sumOver += over.applyAsDouble(slice);
        sumUnder += under.applyAsDouble(slice);
      }
      return Ratios.ratio(sumOver, sumUnder);
    };
  }

  /** Draws the median of the slices' own medians, each as often as it has operations. */
  static Draw medianLatency(List<Slice> slices) {
    return random -> {
      Slice[] drawn = new Slice[slices.size()];
      long operations = 0;
      for (int i = 0; i < drawn.length; i++) {
        drawn[i] = any(slices, random);
        operations += drawn[i].operations();
      }
      Arrays.sort(drawn, Comparator.comparingDouble(Slice::p50Micros));
      long below = 0;
      for (Slice slice : drawn) {
        below += slice.operations();
        if (2 * below >= operations) {
          return slice.p50Micros();
        }
      }
      return 0;
    };
  }

  private static Slice any(List<Slice> slices, SplittableRandom random) {
    return slices.get(random.nextInt(slices.size()));
  }
}
