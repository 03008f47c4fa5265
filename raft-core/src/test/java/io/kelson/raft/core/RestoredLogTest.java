package io.kelson.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a start makes of a log beside a state that has come further, or another way. */
class RestoredLogTest {
  private static final LogPosition BASE = new LogPosition(2, 10);

  /** Entries 11 to 13 of term 3, 14 of term 5; member 7 has the vote of term 5. */
  private static RestoredLog log() {
    return new RestoredLog(
        new HardState(5, 7, 11),
        BASE,
        new LogPosition(5, 14),
        List.of(new TermRun(3, 11), new TermRun(5, 14)),
        List.of(),
        null,
        List.of());
  }

  @Test
  void aLogThatHoldsWhatTheStateEndsWithStays() {
    assertThat(log().maybeReset(BASE)).isNull();
    assertThat(log().maybeReset(new LogPosition(3, 13))).isNull();
    assertThat(log().maybeReset(new LogPosition(5, 14))).isNull();
  }

  @Test
  void aStateAheadOfItsLogBeginsItAgainAndKeepsTheVote() {
    assertThat(log().maybeReset(new LogPosition(4, 20)))
        .isEqualTo(new SnapshotInstall(new LogPosition(4, 20), new HardState(5, 7, 20)));
  }

  @Test
  void aStateBesideItsLogBeginsItAgain() {
    assertThat(log().maybeReset(new LogPosition(4, 13)))
        .isEqualTo(new SnapshotInstall(new LogPosition(4, 13), new HardState(5, 7, 13)));
  }

  @Test
  void aStateOfALaterTermBringsThatTermWithoutAVote() {
    assertThat(log().maybeReset(new LogPosition(6, 20)))
        .isEqualTo(new SnapshotInstall(new LogPosition(6, 20), new HardState(6, 0, 20)));
  }
}
