package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.Rejection.Reason;
import io.kelson.raft.core.Role;
import io.kelson.raft.core.RoleChange;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.rpc.Proposals.Handle;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private static final long TIMEOUT_MILLIS = 7_000;
  private static final int MAX_REQUEST_BYTES = 1_000;

  private final AtomicLong nanos = new AtomicLong(1);
  private final FakeNode node = new FakeNode();
  private final ManualLoop loop = new ManualLoop();
  private final RecordedOutcome outcome = new RecordedOutcome();
  private final LeaderWatch leader =
      new LeaderWatch(nanos::get, TimeUnit.MILLISECONDS.toNanos(1_000));
  private final PendingRequests pending =
      new PendingRequests(RequestIds.of(FakeNode.SELF, List.of(FakeNode.SELF), 1_000));
  private final Proposals proposals =
      new Proposals(
          node,
          pending,
          leader,
          nanos::get,
          MAX_REQUEST_BYTES,
          TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS));

  @Test
  void whatIsAppliedIsAnsweredOnTheCallsLoop() {
    elect();
    submit();
    InternalRequest proposed = node.proposed(0);
    assertThat(proposed.getPut().getKey().toStringUtf8()).isEqualTo("k");
    assertThat(pending.isWaiting(proposed.getId())).isTrue();

    PutResponse response = PutResponse.getDefaultInstance();
    pending.succeeded(proposed.getId(), response);
    pending.flush();
    assertThat(outcome.told).as("told before its loop turns").isEmpty();
    loop.run();
    assertThat(outcome.told).containsExactly(response);
    assertThat(pending.isWaiting(proposed.getId())).isFalse();
  }

  @Test
  void oneAppliedGroupIsOneTask() {
    elect();
    for (int i = 0; i < 100; i++) {
      submit();
    }
    for (int i = 0; i < 100; i++) {
      pending.failed(node.proposed(i).getId(), EtcdError.LEASE_NOT_FOUND);
    }
    pending.flush();
    loop.run();
    assertThat(loop.tasksRun).isEqualTo(1);
    assertThat(outcome.told).hasSize(100).containsOnly(EtcdError.LEASE_NOT_FOUND);
  }

  @Test
  void oneCallersTroubleDoesNotKeepTheOthersFromTheirAnswers() {
    elect();
    Outcome broken =
        new Outcome() {
          @Override
          public void succeeded(com.google.protobuf.MessageLite response) {
            throw new IllegalStateException("this caller is broken");
          }

          @Override
          public void failed(EtcdError error) {
            throw new IllegalStateException("this caller is broken");
          }
        };
    proposals.submit(put("k"), loop, broken);
    submit();
    pending.succeeded(node.proposed(0).getId(), PutResponse.getDefaultInstance());
    pending.succeeded(node.proposed(1).getId(), PutResponse.getDefaultInstance());
    pending.flush();
    loop.run();
    assertThat(outcome.told).hasSize(1);
  }

  @Test
  void anotherMembersRequestsAreNobodysHere() {
    elect();
    submit();
    long foreign = node.proposed(0).getId() ^ (1L << 60);
    assertThat(pending.isWaiting(foreign)).isFalse();
    pending.succeeded(foreign, PutResponse.getDefaultInstance());
    pending.flush();
    loop.run();
    assertThat(outcome.told).isEmpty();
  }

  @Test
  void tooLargeARequestIsRefusedAndLeavesNothingBehind() {
    elect();
    proposals.submit(put("k".repeat(MAX_REQUEST_BYTES)), loop, outcome);
    assertThat(outcome.told).containsExactly(EtcdError.REQUEST_TOO_LARGE);
    assertThat(node.proposals).isEmpty();
    assertNobodyWaits();
  }

  @Test
  void theLimitIsTheMarshalledRequest() {
    elect();
    int overhead = put("").setId(1).build().getSerializedSize();
    // A length of 980 takes one more byte than an empty one, in the put and in what holds it.
    int most = MAX_REQUEST_BYTES - overhead - 4;
    proposals.submit(put("k".repeat(most)), loop, outcome);
    assertThat(outcome.told).isEmpty();
    assertThat(node.proposals.get(0).data().length).isBetween(MAX_REQUEST_BYTES - 3, 1_000);
    proposals.submit(put("k".repeat(MAX_REQUEST_BYTES - overhead + 1)), loop, outcome);
    assertThat(outcome.told).containsExactly(EtcdError.REQUEST_TOO_LARGE);
  }

  @Test
  void aStateMachineThatLagsForLongTurnsRequestsAway() {
    elect();
    node.status = FakeNode.status(FakeNode.SELF, 7, 5_101, 100);
    advance(100);
    submit();
    assertThat(outcome.told).as("it may catch up yet").isEmpty();
    advance(500);
    submit();
    assertThat(outcome.told).containsExactly(EtcdError.TOO_MANY_REQUESTS);
    node.status = FakeNode.status(FakeNode.SELF, 7, 5_101, 101);
    submit();
    assertThat(outcome.told).as("that few may always wait").hasSize(1);
  }

  @Test
  void aStateMachineThatKeepsUpMayHaveAnyNumberOfEntriesBeforeIt() {
    elect();
    for (long committed = 10_000; committed < 100_000; committed += 10_000) {
      // What was committed half a second ago has been applied.
      node.status = FakeNode.status(FakeNode.SELF, 7, committed, committed - 10_000);
      advance(500);
      submit();
    }
    assertThat(outcome.told).isEmpty();
  }

  @Test
  void aFullMailboxTurnsRequestsAway() {
    elect();
    node.full = true;
    submit();
    assertThat(outcome.told).containsExactly(EtcdError.TOO_MANY_REQUESTS);
    assertNobodyWaits();
  }

  @Test
  void onlySoManyRequestsMayWait() {
    elect();
    for (int i = 0; i < PendingRequests.CAPACITY; i++) {
      submit();
    }
    assertThat(outcome.told).isEmpty();
    submit();
    assertThat(outcome.told).containsExactly(EtcdError.TOO_MANY_REQUESTS);
  }

  @Test
  void aRequestWithoutAnAnswerTimesOut() {
    elect();
    advance(60_000);
    submit();
    advance(TIMEOUT_MILLIS - 1);
    assertThat(outcome.told).isEmpty();
    advance(1);
    assertThat(outcome.told).containsExactly(EtcdError.TIMEOUT);
    pending.succeeded(node.proposed(0).getId(), PutResponse.getDefaultInstance());
    pending.flush();
    loop.run();
    assertThat(outcome.told).as("nobody is answered twice").hasSize(1);
  }

  @Test
  void aTimeoutThatALeadersDeathExplainsSaysSo() {
    elect();
    advance(60_000);
    submit();
    leader.changed(new RoleChange(Role.LEADER, Role.FOLLOWER, 8, 0, "lost"));
    advance(1_500);
    elect(0xb2, 8);
    advance(TIMEOUT_MILLIS);
    assertThat(outcome.told).containsExactly(EtcdError.TIMEOUT_LEADER_FAILURE);
  }

  @Test
  void withoutAnyLeaderARequestWaitsForOneUntilItsTimeIsUp() {
    submit();
    reject(0, Reason.NO_LEADER);
    advance(TIMEOUT_MILLIS - 1);
    assertThat(outcome.told).isEmpty();
    advance(1);
    assertThat(outcome.told).containsExactly(EtcdError.TIMEOUT);
    assertThat(node.proposals).as("nothing is proposed into the void").hasSize(1);
  }

  @Test
  void aProposalTurnedDownForWantOfALeaderIsMadeAgain() {
    submit();
    reject(0, Reason.NO_LEADER);
    advance(100);
    assertThat(node.proposals).hasSize(1);
    elect();
    assertThat(node.proposals).hasSize(2);
    assertThat(node.proposals.get(1).data()).isEqualTo(node.proposals.get(0).data());
    pending.succeeded(node.proposed(1).getId(), PutResponse.getDefaultInstance());
    pending.flush();
    loop.run();
    assertThat(outcome.told).hasSize(1).doesNotContain(EtcdError.TIMEOUT);
  }

  @Test
  void aProposalThatCouldNotBeSentToADeadLeaderIsMadeAgainUntilItReachesTheNext() {
    elect();
    submit();
    reject(0, Reason.NOT_SENT);
    assertThat(node.proposals).as("not at once: the leader is as dead as before").hasSize(1);
    advance(100);
    reject(1, Reason.NOT_SENT);
    elect(0xb2, 8);
    assertThat(node.proposals).hasSize(3);
    assertThat(node.proposals.get(2).data()).isEqualTo(node.proposals.get(0).data());
    assertThat(outcome.told).isEmpty();
  }

  @Test
  void aHandOverOfLeadershipOnlyDelays() {
    elect();
    submit();
    reject(0, Reason.TRANSFERRING);
    assertThat(node.proposals).hasSize(1);
    advance(100);
    assertThat(node.proposals).hasSize(2);
    assertThat(outcome.told).isEmpty();
  }

  @Test
  void whatOnlyThisLeaderMayProposeIsNotKeptForTheNext() {
    elect();
    proposals.submitOnce(put("k"), loop, outcome);
    reject(0, Reason.TRANSFERRING);
    advance(100);
    assertThat(outcome.told).containsExactly(EtcdError.LEADER_CHANGED);
    elect(0xb2, 8);
    advance(1_000);
    assertThat(node.proposals).hasSize(1);
    assertNobodyWaits();
  }

  @Test
  void aProposalThatMayBeOnItsWayIsNeverRepeated() {
    elect();
    submit();
    leader.changed(new RoleChange(Role.FOLLOWER, Role.FOLLOWER, 8, 0, "lost"));
    advance(1_000);
    elect(0xb2, 8);
    advance(1_000);
    assertThat(node.proposals).hasSize(1);
  }

  @Test
  void aLeaderThatHoldsTooMuchTurnsRequestsAway() {
    elect();
    submit();
    reject(0, Reason.TOO_MANY_UNCOMMITTED);
    loop.run();
    assertThat(outcome.told).containsExactly(EtcdError.TOO_MANY_REQUESTS);
  }

  @Test
  void aCallerWhoLeftIsForgotten() {
    elect();
    Handle handle = submit();
    handle.abandon();
    assertNobodyWaits();
    advance(2 * TIMEOUT_MILLIS);
    assertThat(outcome.told).isEmpty();
  }

  @Test
  void aCallerWhoLeftIsNotProposedAgain() {
    Handle handle = submit();
    reject(0, Reason.NO_LEADER);
    handle.abandon();
    elect();
    assertThat(node.proposals).hasSize(1);
  }

  @Test
  void stoppingAnswersEverybodyAndLetsNobodyIn() {
    elect();
    submit();
    proposals.stop();
    loop.run();
    submit();
    assertThat(outcome.told).containsExactly(EtcdError.STOPPED, EtcdError.STOPPED);
    assertThat(node.proposals).hasSize(1);
  }

  private Handle submit() {
    return proposals.submit(put("k"), loop, outcome);
  }

  private static InternalRequest.Builder put(String key) {
    return InternalRequest.newBuilder()
        .setPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)));
  }

  private void reject(int proposal, Reason reason) {
    proposals.rejected(
        new Rejection(Rejection.What.PROPOSAL, node.proposals.get(proposal).id(), reason));
  }

  private void elect() {
    elect(FakeNode.SELF, 7);
  }

  private void elect(long member, long term) {
    if (leader.changed(new RoleChange(Role.FOLLOWER, Role.FOLLOWER, term, member, "elected"))) {
      proposals.leaderElected();
    }
  }

  private void advance(long millis) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    proposals.tick();
    loop.run();
  }

  private void assertNobodyWaits() {
    pending.forEach(
        waiting -> {
          throw new AssertionError("request " + waiting.id() + " still waits");
        });
  }
}
