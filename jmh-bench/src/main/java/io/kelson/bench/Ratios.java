package io.kelson.bench;

import java.util.Arrays;
import java.util.List;

/** What is made of the ratios within pairs. */
public final class Ratios {
  private Ratios() {}

  /** The middle value, or the mean of the two in the middle. */
  public static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The same of a list. */
  public static double median(List<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** One figure by another, 0 if there is nothing to divide by. */
  public static double ratio(double over, double under) {
    return under == 0 ? 0 : over / under;
  }

  /** The same of two that can be drawn again, each by itself. */
  public static Draw ratio(Draw over, Draw under) {
    return random -> ratio(over.again(random), under.again(random));
  }
}
