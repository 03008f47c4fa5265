package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RatiosTest {
  @Test
  void medianOfOddAndEvenCounts() {
    assertThat(Ratios.median(new double[] {3, 1, 2})).isEqualTo(2);
    assertThat(Ratios.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
  }

  @Test
  void ratioByNothingIsNone() {
    assertThat(Ratios.ratio(3, 2)).isEqualTo(1.5);
    assertThat(Ratios.ratio(3, 0)).isZero();
    Draw drawn = Ratios.ratio(random -> 3.0, random -> 2.0);
    assertThat(drawn.again(new SplittableRandom(1))).isEqualTo(1.5);
  }
}
