package io.kelson.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Where a figure lies in 95 of 100 cases; its components are fields of the JSON result.
 *
 * @param low the lower end
 * @param high the upper end
 * @param within whether it was drawn from the parts of single pairs, for want of pairs: it then
 *     says nothing of what differs from one run to the next
 */
public record Interval(double low, double high, boolean within) {
  /** Of what was read once. */
  public static final Interval NONE = new Interval(0, 0, false);

  /** With fewer, an interval over pairs would be the least and the largest of them. */
  private static final int PAIRS_FOR_ONE = 3;

  private static final int RESAMPLES = 2_000;

  /**
   * The bootstrap interval of the median over pairs: the pairs are drawn with replacement, and the
   * middle of the medians is taken. Where there are too few pairs, each pair's figure is drawn
   * again from its own parts instead. Seeded, so that the same results always give the same
   * interval.
   *
   * @param figures one per pair
   * @param draws of these, in the same order; fewer where one cannot be drawn again
   */
  public static Interval ofMedian(double[] figures, List<Draw> draws) {
    if (figures.length >= PAIRS_FOR_ONE) {
      return middle(figures.length, random -> medianOfAny(figures, random), false);
    }
    if (figures.length == 0 || draws.size() < figures.length) {
      return NONE;
    }
    return middle(figures.length, random -> medianOfDraws(draws, random), true);
  }

  private static double medianOfAny(double[] figures, SplittableRandom random) {
    return Ratios.median(
        Arrays.stream(figures).map(any -> figures[random.nextInt(figures.length)]).toArray());
  }

  private static double medianOfDraws(List<Draw> draws, SplittableRandom random) {
    return Ratios.median(draws.stream().mapToDouble(draw -> draw.again(random)).toArray());
  }

  private static Interval middle(int seed, Draw median, boolean within) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] medians = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      medians[i] = median.again(random);
    }
    Arrays.sort(medians);
    int beside = RESAMPLES / 40;
    return new Interval(medians[beside], medians[RESAMPLES - 1 - beside], within);
  }

  /** Whether there is one. */
  public boolean known() {
    return high > 0;
  }

  /** How it follows the figure in a table. */
  public String text() {
    return known()
        ? String.format(Locale.ROOT, " (%.2f-%.2f%s)", low, high, within ? " within" : "")
        : "";
  }

  /** What a table says of its intervals. */
  public static String legend(int pairs) {
    return pairs >= PAIRS_FOR_ONE
        ? "medians over " + pairs + " pairs, with their 95% intervals"
        : (pairs == 1 ? "1 pair" : "medians over " + pairs + " pairs")
            + "; too few for intervals over pairs: those marked 'within' are of the slices, kills,"
            + " starts or servers of each, and say nothing of how runs differ";
  }
}
