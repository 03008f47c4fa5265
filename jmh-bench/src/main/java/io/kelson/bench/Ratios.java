package io.kelson.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/** What is made of the ratios within pairs. */
public final class Ratios {
  private static final int RESAMPLES = 2_000;

  private Ratios() {}

  /** The middle value, or the mean of the two in the middle. */
  public static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * The 95% interval of the median: resample the pairs with replacement, take the middle of the
   * medians. Seeded, so that the same results always give the same interval.
   */
  public static double[] interval(double[] ratios) {
    SplittableRandom random = new SplittableRandom(ratios.length);
    double[] medians = new double[RESAMPLES];
    double[] sample = new double[ratios.length];
    for (int i = 0; i < RESAMPLES; i++) {
      for (int j = 0; j < sample.length; j++) {
        sample[j] = ratios[random.nextInt(ratios.length)];
      }
      medians[i] = median(sample);
    }
    Arrays.sort(medians);
    return new double[] {medians[RESAMPLES / 40], medians[RESAMPLES - 1 - RESAMPLES / 40]};
  }

  /** One figure by another, 0 if there is nothing to divide by. */
  public static double ratio(double over, double under) {
    return under == 0 ? 0 : over / under;
  }
}
