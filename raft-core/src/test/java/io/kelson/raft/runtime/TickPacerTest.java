package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Ticks against a clock that the test moves. */
class TickPacerTest {
  @Test
  void theFirstTickIsDueAfterAnInterval() {
    TickPacer pacer = new TickPacer(100, 1_000);
    assertThat(pacer.nanosUntilDue(1_040)).isEqualTo(60);
    assertThat(pacer.maybeTake(1_099)).isFalse();
    assertThat(pacer.maybeTake(1_100)).isTrue();
    assertThat(pacer.maybeTake(1_100)).as("once").isFalse();
  }

  @Test
  void aLateTickIsNotMadeUpForByAnEarlyOne() {
    TickPacer pacer = new TickPacer(100, 0);
    assertThat(pacer.maybeTake(199)).isTrue();
    assertThat(pacer.maybeTake(298)).isFalse();
    assertThat(pacer.maybeTake(299)).isTrue();
  }

  @Test
  void aPauseOfAnyLengthIsOneTick() {
    TickPacer pacer = new TickPacer(100, 0);
    assertThat(pacer.maybeTake(10_000)).isTrue();
    assertThat(pacer.nanosUntilDue(10_000)).isEqualTo(100);
    assertThat(pacer.maybeTake(10_099)).isFalse();
    assertThat(pacer.maybeTake(10_100)).isTrue();
  }

  @Test
  void theClockMayWrapRound() {
    TickPacer pacer = new TickPacer(100, Long.MAX_VALUE - 50);
    assertThat(pacer.maybeTake(Long.MAX_VALUE)).isFalse();
    assertThat(pacer.maybeTake(Long.MIN_VALUE + 49)).isTrue();
  }
}
