package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntervalTest {
  private static final Draw FROM_ONE_TO_TWO = random -> 1 + random.nextDouble();

  @Test
  void liesAroundTheMedianWithinTheValues() {
    double[] ratios = {0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 0.7, 1.05, 0.95, 1.0};
    Interval interval = Interval.ofMedian(ratios, List.of());
    assertThat(interval.low()).isLessThan(Ratios.median(ratios)).isGreaterThanOrEqualTo(0.7);
    assertThat(interval.high()).isGreaterThan(Ratios.median(ratios)).isLessThanOrEqualTo(1.3);
    assertThat(Interval.ofMedian(ratios, List.of()))
        .as("the same results, the same interval")
        .isEqualTo(interval);
  }

  @Test
  void ofEqualValuesIsThatValue() {
    double[] same = new double[5];
    Arrays.fill(same, 1.5);
    assertThat(Interval.ofMedian(same, List.of())).isEqualTo(new Interval(1.5, 1.5, false));
  }

  @Test
  void ofOnePairIsDrawnFromWithinIt() {
    Interval interval = Interval.ofMedian(new double[] {1.5}, List.of(FROM_ONE_TO_TWO));
    assertThat(interval.within()).isTrue();
    assertThat(interval.low()).as("2.5 of 100 lie below").isBetween(1.01, 1.05);
    assertThat(interval.high()).as("2.5 of 100 lie above").isBetween(1.95, 1.99);
  }

  @Test
  void ofTwoPairsIsThatOfTheirMean() {
    Interval one = Interval.ofMedian(new double[] {1.5}, List.of(FROM_ONE_TO_TWO));
    Interval two =
        Interval.ofMedian(new double[] {1.5, 1.5}, List.of(FROM_ONE_TO_TWO, FROM_ONE_TO_TWO));
    assertThat(two.within()).isTrue();
    assertThat(two.high() - two.low()).isLessThan(0.9 * (one.high() - one.low()));
  }

  @Test
  void ofPairsThatAreEnoughDoesNotLookWithinThem() {
    Draw never =
        random -> {
          throw new AssertionError("drawn");
        };
    Interval interval = Interval.ofMedian(new double[] {1, 2, 3}, List.of(never, never, never));
    assertThat(interval).isEqualTo(new Interval(1, 3, false));
    assertThat(interval.text()).isEqualTo(" (1.00-3.00)");
  }

  @Test
  void thereIsNoneWithoutAnythingToDrawFrom() {
    assertThat(Interval.ofMedian(new double[] {}, List.of())).isEqualTo(Interval.NONE);
    assertThat(Interval.ofMedian(new double[] {1}, List.of())).isEqualTo(Interval.NONE);
    assertThat(Interval.ofMedian(new double[] {1, 1}, List.of(FROM_ONE_TO_TWO)))
        .as("one of the two was read once")
        .isEqualTo(Interval.NONE);
    assertThat(Interval.NONE.text()).isEmpty();
    assertThat(Interval.NONE.known()).isFalse();
  }

  @Test
  void legendSaysWhatIntervalsAreOf() {
    assertThat(Interval.legend(3)).isEqualTo("medians over 3 pairs, with their 95% intervals");
    assertThat(Interval.legend(1)).startsWith("1 pair; too few").contains("'within'");
  }
}
