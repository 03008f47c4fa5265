package io.kelson.raft.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kelson.raft.progress.Progress.State;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final Inflights inflights = new Inflights(3, 100);
  private final Progress progress = new Progress(2, 11, inflights);

  private void replicateFrom(long match) {
    progress.noteSent(match, 10);
    progress.accept(match);
    assertThat(progress.state()).isEqualTo(State.REPLICATE);
  }

  @Test
  void probeSendsOneRequestAndWaits() {
    assertThat(progress.maySend()).isTrue();
    progress.noteSent(15, 10);
    assertThat(progress.maySend()).isFalse();
    assertThat(progress.next()).as("nothing is taken for granted").isEqualTo(11);
  }

  @Test
  void acknowledgedProbeOpensThePipeline() {
    progress.noteSent(15, 10);
    assertThat(progress.accept(15)).isTrue();
    assertThat(progress.state()).isEqualTo(State.REPLICATE);
    assertThat(progress.match()).isEqualTo(15);
    assertThat(progress.next()).isEqualTo(16);
    assertThat(progress.isIdle()).isTrue();
  }

  @Test
  void heartbeatAnswerAtMatchDoesNotEndAProbe() {
    progress.noteSent(15, 10);
    assertThat(progress.accept(0)).isFalse();
    assertThat(progress.state()).isEqualTo(State.PROBE);
    assertThat(progress.maySend()).isFalse();
  }

  @Test
  void pipelineRunsAheadUntilTheWindowIsFull() {
    replicateFrom(15);
    progress.noteSent(16, 10);
    progress.noteSent(17, 10);
    assertThat(progress.maySend()).isTrue();
    progress.noteSent(18, 10);
    assertThat(progress.maySend()).isFalse();
    assertThat(progress.next()).isEqualTo(19);
    progress.accept(16);
    assertThat(progress.maySend()).isTrue();
  }

  @Test
  void windowIsBoundedInBytesAndLetsOneLargeRequestThrough() {
    replicateFrom(15);
    progress.noteSent(16, 1000);
    assertThat(progress.maySend()).isFalse();
    progress.accept(16);
    assertThat(progress.maySend()).isTrue();
  }

  @Test
  void rejectionOfThePipelineLeadsBackToProbing() {
    replicateFrom(15);
    progress.noteSent(20, 10);
    progress.noteSent(30, 10);
    assertThat(progress.maybeReject(20, 18)).isTrue();
    assertThat(progress.state()).isEqualTo(State.PROBE);
    assertThat(progress.next()).isEqualTo(18);
    assertThat(inflights.count()).isZero();
  }

  @Test
  void nextNeverFallsToWhatIsKnownToMatch() {
    replicateFrom(15);
    progress.noteSent(20, 10);
    assertThat(progress.maybeReject(20, 3)).isTrue();
    assertThat(progress.next()).isEqualTo(16);
  }

  @Test
  void lateAcknowledgementLowersNothing() {
    replicateFrom(15);
    progress.noteSent(20, 10);
    progress.accept(20);
    assertThat(progress.accept(17)).isFalse();
    assertThat(progress.match()).isEqualTo(20);
    assertThat(progress.next()).isEqualTo(21);
  }

  @Test
  void lateRejectionsSayNothing() {
    replicateFrom(15);
    assertThat(progress.maybeReject(15, 1)).as("already known to match").isFalse();
    progress.noteSent(20, 10);
    progress.noteSent(30, 10);
    progress.maybeReject(20, 18);
    assertThat(progress.maybeReject(30, 18)).as("the rest of the lost pipeline").isFalse();
    assertThat(progress.next()).isEqualTo(18);
  }

  @Test
  void pauseEndsAfterTwoHeartbeatsOnceTheFollowerIsHeardOf() {
    progress.noteSent(15, 10);
    progress.noteHeartbeat();
    progress.maybeResume();
    assertThat(progress.maySend()).isFalse();
    progress.noteHeartbeat();
    progress.maybeResume();
    assertThat(progress.maySend()).isTrue();
  }

  @Test
  void silentPipelineIsStalledUntilItMoves() {
    replicateFrom(15);
    progress.noteSent(16, 10);
    assertThat(progress.isStalled()).isFalse();
    progress.noteHeartbeat();
    assertThat(progress.isStalled()).isTrue();
    progress.accept(16);
    assertThat(progress.isStalled()).isFalse();
  }

  @Test
  void silentFollowerIsNotSentToAheadAnyMore() {
    replicateFrom(15);
    progress.noteSent(20, 10);
    progress.noteHeard(1);
    progress.resetActive();
    assertThat(progress.state()).isEqualTo(State.REPLICATE);
    progress.resetActive();
    assertThat(progress.state()).isEqualTo(State.PROBE);
    assertThat(progress.next()).isEqualTo(16);
  }

  @Test
  void roundsOnlyGrow() {
    progress.noteHeard(5);
    progress.noteHeard(3);
    assertThat(progress.ackedRound()).isEqualTo(5);
  }

  @Test
  void followerThatNeedsWhatIsGoneIsSentNothing() {
    progress.becomeSnapshot();
    assertThat(progress.maySend()).isFalse();
  }

  @Test
  void inflightsKeepOrderWhileTheyGrow() {
    Inflights many = new Inflights(1000, Long.MAX_VALUE);
    for (int i = 1; i <= 5; i++) {
      many.add(i, 1);
    }
    many.freeTo(3);
    for (int i = 6; i <= 100; i++) {
      many.add(i, 1);
    }
    assertThat(many.count()).isEqualTo(97);
    many.freeTo(50);
    assertThat(many.count()).isEqualTo(50);
    assertThat(many.bytes()).isEqualTo(50);
    many.clear();
    assertThat(many.bytes()).isZero();
  }

  @Test
  void fullWindowRefusesMore() {
    inflights.add(1, 100);
    assertThatIllegalStateException().isThrownBy(() -> inflights.add(2, 1));
  }
}
