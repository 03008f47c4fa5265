package io.kelson.raft.core;

import static io.kelson.raft.core.MemberFixture.accepted;
import static io.kelson.raft.core.MemberFixture.append;
import static io.kelson.raft.core.MemberFixture.at;
import static io.kelson.raft.core.MemberFixture.member;
import static io.kelson.raft.core.MemberFixture.propose;
import static io.kelson.raft.core.MemberFixture.receive;
import static io.kelson.raft.core.MemberFixture.tick;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.TimeoutNow;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.membership.ConfigurationChange;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Reads from a lease of 1000 ns, and the promises of the voters it rests on. Heartbeats come every
 * three ticks and open a round, elections after ten ticks.
 */
class LeaseStepTest {
  private static final long LEASE = 1_000;

  private static MemberFixture leasing() {
    return member().readLease(LEASE);
  }

  private static Effects read(RaftCore core, long nowNanos) {
    return core.step(new Input.Read(7, nowNanos));
  }

  private static void requireAtOnce(RaftCore core, long nowNanos) {
    Effects effects = read(core, nowNanos);
    assertThat(effects.readsReady()).containsExactly(new ReadReady(7, core.commitIndex()));
    assertThat(effects.send()).isEmpty();
  }

  private static void requireAsks(RaftCore core, long nowNanos) {
    Effects effects = read(core, nowNanos);
    assertThat(effects.readsReady()).isEmpty();
    assertThat(effects.send()).isNotEmpty();
  }

  /** Opens the next heartbeat's round at a time. */
  private static void heartbeat(RaftCore core, long nowNanos) {
    for (int n = 0; n < 3; n++) {
      core.step(new Input.Tick(nowNanos));
    }
  }

  private static RaftCore holder() {
    RaftCore core = leasing().log(1).leader();
    heartbeat(core, 100);
    receive(core, accepted(core, 2, 2, 1));
    return core;
  }

  @Test
  void readIsReadyAtOnceWhileTheLeaseLasts() {
    RaftCore core = holder();
    requireAtOnce(core, 100);
    requireAtOnce(core, 100 + LEASE - 1);
  }

  @Test
  void readAsksAQuorumWhenTheLeaseIsOver() {
    RaftCore core = holder();
    requireAsks(core, 100 + LEASE);
  }

  @Test
  void clockThatGoesOnWithoutAnswersEndsTheLease() {
    RaftCore core = holder();
    heartbeat(core, 600);
    heartbeat(core, 1_099);
    requireAtOnce(core, 1_099);
    requireAsks(core, 1_100);
  }

  @Test
  void leaseCountsFromTheQuestionNotFromTheAnswer() {
    RaftCore core = leasing().log(1).leader();
    heartbeat(core, 100);
    heartbeat(core, 900);
    receive(core, accepted(core, 2, 2, 1));
    requireAtOnce(core, 1_099);
    requireAsks(core, 1_100);
  }

  @Test
  void eachConfirmedHeartbeatExtendsTheLease() {
    RaftCore core = holder();
    heartbeat(core, 900);
    receive(core, accepted(core, 3, 2, 2));
    requireAtOnce(core, 1_899);
    requireAsks(core, 1_900);
  }

  @Test
  void clockMayWrapRound() {
    RaftCore core = leasing().log(1).leader();
    heartbeat(core, Long.MAX_VALUE - 10);
    receive(core, accepted(core, 2, 2, 1));
    requireAtOnce(core, Long.MIN_VALUE + 900);
    requireAsks(core, Long.MIN_VALUE + 989);
  }

  @Test
  void thereIsNoLeaseBeforeAnAnswer() {
    RaftCore core = leasing().log(1).leader();
    heartbeat(core, 100);
    requireAsks(core, 100);
  }

  @Test
  void oneAnswerOfFiveIsNoQuorum() {
    RaftCore core = leasing().of(5).log(1).leader();
    heartbeat(core, 100);
    receive(core, accepted(core, 2, 2, 1));
    requireAsks(core, 101);
    receive(core, accepted(core, 3, 2, 1));
    requireAtOnce(core, 101);
  }

  @Test
  void learnersDoNotCount() {
    Configuration members = new Configuration(List.of(1L, 2L), List.of(), List.of(3L));
    RaftCore core = leasing().of(members).log(1).leader();
    heartbeat(core, 100);
    receive(core, accepted(core, 3, 2, 1));
    requireAsks(core, 101);
  }

  @Test
  void thereIsNoLeaseBeforeAnOwnEntryIsCommitted() {
    RaftCore core = leasing().log(1).freshLeader();
    heartbeat(core, 100);
    receive(core, accepted(core, 2, 1, 1));
    assertThat(read(core, 101).readsReady()).isEmpty();
  }

  @Test
  void followersQuestionIsPutToAQuorumAllTheSame() {
    RaftCore core = holder();
    Effects effects = receive(core, new ReadIndexRequest(3, 1, 2, 555));
    assertThat(effects.send()).extracting(Message::kind).containsOnly(Message.Kind.APPEND_REQUEST);
  }

  @Test
  void leaderThatHandedOverTakesNoLeaseInThatTerm() {
    RaftCore core = holder();
    Effects effects = core.step(new Input.Transfer(2));
    assertThat(effects.send()).contains(new TimeoutNow(1, 2, 2));
    requireAsks(core, 101);
    heartbeat(core, 200);
    receive(core, accepted(core, 2, 2, 2));
    receive(core, accepted(core, 3, 2, 2));
    requireAsks(core, 201);
  }

  @Test
  void transferThatHasNotBeenSentEndsNothing() {
    RaftCore core = holder();
    propose(core, "x");
    core.step(new Input.Transfer(2));
    requireAtOnce(core, 101);
  }

  @Test
  void changeOfMembersEndsTheLeaseAndAJointOneNeedsBothHalves() {
    RaftCore core = holder();
    core.step(
        new Input.ChangeConfiguration(
            1, new ConfigurationChange(List.of(1L, 2L), List.of()), new byte[0]));
    assertThat(core.configuration().isJoint()).isTrue();
    requireAsks(core, 101);
    heartbeat(core, 200);
    receive(core, accepted(core, 3, 2, 3));
    requireAsks(core, 201);
    receive(core, accepted(core, 2, 2, 3));
    requireAtOnce(core, 201);
  }

  @Test
  void leaderWithoutAVoteTakesNoLease() {
    RaftCore core = holder();
    core.step(
        new Input.ChangeConfiguration(
            1, new ConfigurationChange(List.of(2L, 3L), List.of()), new byte[0]));
    receive(core, accepted(core, 2, 3));
    receive(core, accepted(core, 3, 3));
    core.step(new Input.Persisted(3));
    assertThat(core.configuration().isVoter(1)).isFalse();
    heartbeat(core, 200);
    receive(core, accepted(core, 2, 3, 2));
    receive(core, accepted(core, 3, 3, 2));
    assertThat(core.role()).isEqualTo(Role.LEADER);
    requireAsks(core, 201);
  }

  @Test
  void withoutLeasesHeartbeatsOpenNoRounds() {
    RaftCore core = member().log(1).leader();
    assertThat(tick(core, 3).send())
        .extracting(message -> ((Message.AppendRequest) message).round())
        .containsOnly(0L);
  }

  // --- What voters promise -------------------------------------------------------------------

  private static VoteRequest asks(long term, boolean preVote) {
    return new VoteRequest(3, 1, term, preVote, at(9, 9), false);
  }

  private static VoteResponse refusal(long term) {
    return new VoteResponse(1, 3, term, true, false);
  }

  @Test
  void memberThatStartsVotesForNobodyForAnElectionTimeout() {
    RaftCore core = leasing().log(1).start();
    assertThat(receive(core, asks(2, true)).send()).containsExactly(refusal(1));
    tick(core, 9);
    assertThat(receive(core, asks(2, true)).send()).containsExactly(refusal(1));
    assertThat(receive(core, asks(2, false))).isEqualTo(Effects.NONE);
    assertThat(core.term()).isEqualTo(1);
    tick(core, 1);
    receive(core, asks(2, false));
    assertThat(core.vote()).isEqualTo(3);
  }

  @Test
  void memberThatStartsDoesNotVoteForItselfEitherBeforeThatIsOver() {
    RaftCore core = leasing().random(new FixedRandom(9)).log(1).start();
    tick(core, 12);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    tick(core, 1);
    assertThat(core.role()).as("ten ticks promised, three drawn").isEqualTo(Role.PRE_CANDIDATE);
  }

  /** It may have been told wrongly, and the leader answers reads without asking. */
  @Test
  void thatTheLeaderIsGoneDoesNotEndThePromise() {
    RaftCore core = leasing().log(1).follower();
    core.step(new Input.PeerGone(2));
    assertThat(receive(core, asks(2, true)).send()).containsExactly(refusal(1));
    tick(core, 9);
    assertThat(receive(core, asks(2, false))).isEqualTo(Effects.NONE);
    assertThat(core.vote()).isZero();
  }

  /**
   * The other voter may not have heard the leader for long, and be free: then this vote is the one
   * that makes another leader, while the old one still answers reads.
   */
  @Test
  void memberDoesNotVoteForItselfEitherBeforeThePromiseIsOver() {
    RaftCore core = leasing().random(new FixedRandom(9)).log(1).follower();
    core.step(new Input.PeerGone(2));
    tick(core, 12);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    tick(core, 1);
    assertThat(core.role()).as("not waited for after that").isEqualTo(Role.PRE_CANDIDATE);
  }

  /** The wait in the new term is drawn anew, and may be shorter than what was waited already. */
  @Test
  void higherTermDoesNotHurryWhoHasPromised() {
    for (long seed = 0; seed < 50; seed++) {
      RaftCore core = leasing().random(new Random(seed)).log(1).follower();
      core.step(new Input.PeerGone(2));
      receive(core, new ProposalForward(3, 1, 5, List.of()));
      tick(core, 9);
      assertThat(core.role()).as("seed %d", seed).isEqualTo(Role.FOLLOWER);
    }
  }

  @Test
  void withoutLeasesItVotesAtOnce() {
    RaftCore core = member().log(1).start();
    receive(core, asks(2, false));
    assertThat(core.vote()).isEqualTo(3);
  }

  @Test
  void loneMemberHasNobodyToWaitFor() {
    RaftCore core = leasing().of(1).start();
    tick(core, 1);
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void higherTermDoesNotUndoWhatTheLeaderWasPromised() {
    RaftCore core = leasing().log(1).follower();
    tick(core, 8);
    receive(core, append(core, at(1, 1)));
    receive(core, new ProposalForward(3, 1, 5, List.of()));
    assertThat(core.term()).isEqualTo(5);
    assertThat(core.leader()).isZero();
    assertThat(receive(core, asks(5, false))).isEqualTo(Effects.NONE);
    assertThat(receive(core, asks(6, true)).send()).containsExactly(refusal(5));
    tick(core, 9);
    assertThat(receive(core, asks(5, false))).isEqualTo(Effects.NONE);
    tick(core, 1);
    receive(core, asks(7, false));
    assertThat(core.vote()).isEqualTo(3);
  }

  @Test
  void electionThatTheLeaderAskedForIsExempt() {
    RaftCore core = leasing().log(1).follower();
    receive(core, new VoteRequest(3, 1, 2, false, at(1, 1), true));
    assertThat(core.vote()).isEqualTo(3);
  }
}
