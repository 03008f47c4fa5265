package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RatiosTest {
  @Test
  void medianOfOddAndEvenCounts() {
    assertThat(Ratios.median(new double[] {3, 1, 2})).isEqualTo(2);
    assertThat(Ratios.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
  }

  @Test
  void intervalLiesAroundTheMedianWithinTheValues() {
    double[] ratios = {0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 0.7, 1.05, 0.95, 1.0};
    double[] interval = Ratios.interval(ratios);
    assertThat(interval[0]).isLessThan(Ratios.median(ratios)).isGreaterThanOrEqualTo(0.7);
    assertThat(interval[1]).isGreaterThan(Ratios.median(ratios)).isLessThanOrEqualTo(1.3);
    assertThat(Ratios.interval(ratios))
        .as("the same results, the same interval")
        .isEqualTo(interval);
  }

  @Test
  void intervalOfEqualValuesIsThatValue() {
    double[] same = new double[5];
    Arrays.fill(same, 1.5);
    assertThat(Ratios.interval(same)).containsExactly(1.5, 1.5);
  }
}
