package io.kelson.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeisureTest {
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;

  private final List<Long> rests = new ArrayList<>();
  private long now = 12_345;
  private final Leisure leisure =
      new Leisure(
          () -> now,
          nanos -> {
            rests.add(nanos);
            now += nanos;
          });

  private void steps(int count, long nanosEach) {
    for (int i = 0; i < count; i++) {
      now += nanosEach;
      leisure.run();
    }
  }

  @Test
  void itWorksForATenthOfTheTime() {
    long start = now;
    steps(100_000, MICRO);
    long worked = 100_000 * MICRO;
    assertThat(now - start).isBetween(9 * worked, 10 * worked);
  }

  @Test
  void itNeverWorksForLongAtAStretch() {
    steps(100_000, MICRO);
    // Nine times two milliseconds and up to 64 steps.
    assertThat(rests).isNotEmpty().allSatisfy(rest -> assertThat(rest).isLessThan(19 * MILLI));
  }

  @Test
  void itRestsLittleWhereItIsTheMachineThatIsSlow() {
    steps(64, 100 * MILLI);
    assertThat(rests).containsExactly(100 * MILLI);
  }

  @Test
  void whatIsShortNeverRests() {
    steps(2_000, MICRO / 2);
    assertThat(rests).isEmpty();
  }
}
