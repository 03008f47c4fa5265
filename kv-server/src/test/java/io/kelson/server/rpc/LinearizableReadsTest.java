package io.kelson.server.rpc;

import static io.kelson.server.rpc.RecordedOutcome.READY;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.EtcdError;
import io.kelson.raft.core.Rejection.Reason;
import io.kelson.raft.core.Role;
import io.kelson.raft.core.RoleChange;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LinearizableReadsTest {
  private static final long TIMEOUT_MILLIS = 7_000;

  private final AtomicLong nanos = new AtomicLong(1);
  private final FakeNode node = new FakeNode();
  private final ManualLoop loop = new ManualLoop();
  private final RecordedOutcome outcome = new RecordedOutcome();
  private final LeaderWatch leader =
      new LeaderWatch(nanos::get, TimeUnit.MILLISECONDS.toNanos(1_000));
  private final LinearizableReads reads =
      new LinearizableReads(
          node, leader, nanos::get, TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS));

  @Test
  void readsOfOneTurnOfTheLoopShareOneQuestion() {
    elect(1);
    submit(3);
    loop.run();
    assertThat(node.reads).hasSize(1);
    node.reads.get(0).ready();
    assertThat(outcome.told).as("told before its loop turns").isEmpty();
    loop.run();
    assertThat(outcome.told).containsExactly(READY, READY, READY);
  }

  @Test
  void aReadNeverJoinsAQuestionThatWasAskedBeforeItCame() {
    elect(1);
    submit(1);
    loop.run();
    submit(1);
    loop.run();
    assertThat(node.reads).hasSize(2);
    node.reads.get(0).ready();
    loop.run();
    assertThat(outcome.told).hasSize(1);
  }

  @Test
  void withoutALeaderItAsksAgainOnceThereIsOne() {
    submit(1);
    loop.run();
    node.reads.get(0).failed(Reason.NO_LEADER);
    advance(1_000);
    assertThat(node.reads).hasSize(1);
    elect(1);
    loop.run();
    assertThat(node.reads).hasSize(2);
    node.reads.get(1).ready();
    loop.run();
    assertThat(outcome.told).containsExactly(READY);
  }

  @Test
  void aQuestionThatIsStillOpenIsNotRepeated() {
    elect(1);
    submit(1);
    loop.run();
    advance(1_000);
    elect(2);
    advance(1_000);
    assertThat(node.reads).hasSize(1);
  }

  @Test
  void aLeaderThatChangedIsAskedAnewAtOnce() {
    elect(1);
    submit(1);
    loop.run();
    elect(2);
    node.reads.get(0).failed(Reason.LEADER_CHANGED);
    loop.run();
    assertThat(node.reads).hasSize(2);
    assertThat(outcome.told).isEmpty();
  }

  @Test
  void readsTimeOut() {
    submit(2);
    loop.run();
    node.reads.get(0).failed(Reason.NO_LEADER);
    advance(TIMEOUT_MILLIS - 1);
    assertThat(outcome.told).isEmpty();
    advance(1);
    assertThat(outcome.told).containsExactly(EtcdError.TIMEOUT, EtcdError.TIMEOUT);
    elect(1);
    loop.run();
    assertThat(node.reads).as("nobody waits any more").hasSize(1);
  }

  @Test
  void aConfirmationThatComesTooLateIsIgnored() {
    elect(1);
    submit(1);
    loop.run();
    advance(60_000);
    node.reads.get(0).ready();
    loop.run();
    assertThat(outcome.told).hasSize(1).doesNotContain(READY);
  }

  @Test
  void aFullMailboxTurnsReadsAway() {
    elect(1);
    node.full = true;
    submit(2);
    loop.run();
    assertThat(outcome.told)
        .containsExactly(EtcdError.TOO_MANY_REQUESTS, EtcdError.TOO_MANY_REQUESTS);
  }

  @Test
  void stoppingAnswersThoseAskedThoseGatheredAndThoseThatCome() {
    elect(1);
    submit(1);
    loop.run();
    submit(1);
    reads.stop();
    loop.run();
    submit(1);
    assertThat(outcome.told)
        .containsExactly(EtcdError.STOPPED, EtcdError.STOPPED, EtcdError.STOPPED);
  }

  private void submit(int count) {
    for (int i = 0; i < count; i++) {
      reads.submit(loop, outcome);
    }
  }

  private void elect(long term) {
    RoleChange change = new RoleChange(Role.FOLLOWER, Role.FOLLOWER, term, 0xb2, "elected");
    if (leader.changed(change)) {
      reads.leaderElected();
    }
  }

  private void advance(long millis) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    reads.tick();
    loop.run();
  }
}
