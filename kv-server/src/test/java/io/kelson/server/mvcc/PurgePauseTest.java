package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long the purge rests between two steps. */
class PurgePauseTest {
  @Test
  void aTwentiethOfACoreWhereThatIsEnough() {
    assertThat(PurgeLoop.pauseMicros(200, 1_000)).isEqualTo(5_800);
    assertThat(PurgeLoop.pauseMicros(200, 1_000_000)).isEqualTo(5_800);
  }

  @Test
  void lessThanThatForWhatWouldTakeMoreThanFiveMinutes() {
    // 156,252 steps in five minutes.
    assertThat(PurgeLoop.pauseMicros(200, 10_000_000)).isEqualTo(1_719);
  }

  @Test
  void neverMoreThanAThirdOfACore() {
    assertThat(PurgeLoop.pauseMicros(200, 1_000_000_000)).isEqualTo(400);
    assertThat(PurgeLoop.pauseMicros(5_000, 10_000_000)).isEqualTo(10_000);
  }

  @Test
  void aStepThatHadToWaitIsNotFollowedByALongRest() {
    assertThat(PurgeLoop.pauseMicros(20_000, 1_000)).isEqualTo(100_000);
  }

  @Test
  void aStepThatTookNoTimeIsFollowedByAPauseToo() {
    assertThat(PurgeLoop.pauseMicros(0, 1_000_000_000)).isPositive();
  }
}
