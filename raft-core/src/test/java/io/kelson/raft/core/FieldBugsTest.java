package io.kelson.raft.core;

import static io.kelson.raft.core.MemberFixture.accepted;
import static io.kelson.raft.core.MemberFixture.append;
import static io.kelson.raft.core.MemberFixture.at;
import static io.kelson.raft.core.MemberFixture.entry;
import static io.kelson.raft.core.MemberFixture.member;
import static io.kelson.raft.core.MemberFixture.receive;
import static io.kelson.raft.core.MemberFixture.tick;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ReadIndexResponse;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Mistakes that consensus implementations in the field have made, each as the shortest sequence of
 * inputs that would show it here. The name of the test says what must hold.
 */
class FieldBugsTest {
  /** The vote was lost to another candidate, and yet counted (canonical/raft, pull request 196). */
  @Test
  void preVoteAnswerIsNoRealVote() {
    RaftCore core = member().log(1).candidate();
    receive(core, new VoteResponse(2, 1, core.term() + 1, true, true));
    receive(core, new VoteResponse(2, 1, core.term(), true, true));
    receive(core, new VoteResponse(3, 1, core.term(), true, true));
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
  }

  /** A pre-vote cleared the vote already given, which then went to two candidates. */
  @Test
  void preVoteLeavesTermAndVoteAlone() {
    RaftCore core = member().log(1).term(4).vote(2).start();
    Effects effects = receive(core, new VoteRequest(3, 1, 5, true, at(4, 9), false));
    assertThat(effects.persist()).isNull();
    assertThat(effects.send()).containsExactly(new VoteResponse(1, 3, 5, true, true));
    assertThat(core.term()).isEqualTo(4);
    assertThat(core.vote()).isEqualTo(2);
    assertThat(receive(core, new VoteRequest(3, 1, 4, false, at(4, 9), false)).send())
        .containsExactly(new VoteResponse(1, 3, 4, false, false));
  }

  /** Seeing a candidate's higher term was stored as a vote for it (databend, issue 16175). */
  @Test
  void seeingAHigherTermIsNotVotingForIt() {
    RaftCore core = member().log(1, 3).start();
    Effects effects = receive(core, new VoteRequest(2, 1, 7, false, at(2, 9), false));
    assertThat(effects.persist().hardState()).isEqualTo(new HardState(7, 0, 0));
    assertThat(effects.persist().sendAfter())
        .containsExactly(new VoteResponse(1, 2, 7, false, false));
    Effects next = receive(core, new VoteRequest(3, 1, 7, false, at(3, 2), false));
    assertThat(next.persist().sendAfter()).containsExactly(new VoteResponse(1, 3, 7, false, true));
  }

  /** Term and vote were written one after the other, with a crash between (hashicorp/raft 661). */
  @Test
  void termAndVoteAreOneWrite() {
    RaftCore core = member().log(1).start();
    Effects effects = receive(core, new VoteRequest(2, 1, 7, false, at(1, 1), false));
    assertThat(effects.persist().hardState()).isEqualTo(new HardState(7, 2, 0));
  }

  /** A vote was asked for before the own one was durable (sofa-jraft 1243, 1245). */
  @Test
  void votesAreAskedForAfterTheOwnIsDurable() {
    RaftCore core = member().log(1).preCandidate();
    Effects effects = receive(core, new VoteResponse(2, 1, 2, true, true));
    assertThat(effects.send()).isEmpty();
    assertThat(effects.persist().sendAfter()).hasSize(2);
  }

  /** An entry of an older term was committed by counting, and overwritten (paper, figure 8). */
  @Test
  void oldTermEntryIsNotCommittedByCounting() {
    RaftCore core = member().of(5).log(1, 2).term(3).freshLeader();
    assertThat(core.term()).isEqualTo(4);
    core.step(new Input.Persisted(2));
    receive(core, accepted(core, 2, 2));
    receive(core, accepted(core, 3, 2));
    assertThat(core.commitIndex()).as("2/2 is on three of five disks").isZero();
    receive(core, accepted(core, 2, 3));
    assertThat(core.commitIndex()).isZero();
    receive(core, accepted(core, 3, 3));
    assertThat(core.commitIndex()).as("with an entry of its own").isEqualTo(3);
  }

  /** Even-sized quorums were one short (hashicorp/raft 163a55f). */
  @Test
  void fourMembersNeedThree() {
    RaftCore core = member().of(4).log(1).freshLeader();
    core.step(new Input.Persisted(2));
    receive(core, accepted(core, 2, 2));
    assertThat(core.commitIndex()).isZero();
    receive(core, accepted(core, 3, 2));
    assertThat(core.commitIndex()).isEqualTo(2);
  }

  /** A heartbeat's commit index was taken beyond what it had checked (atomix/copycat 265). */
  @Test
  void followerCommitsOnlyWhatTheMessageVerified() {
    RaftCore core = member().log(1, 1, 1, 1).term(2).follower();
    receive(core, append(2, at(1, 2), 4));
    assertThat(core.commitIndex()).isEqualTo(2);
    receive(core, append(2, at(1, 2), 4, entry(2, 3)));
    assertThat(core.commitIndex()).isEqualTo(3);
    assertThat(core.lastPosition()).isEqualTo(at(2, 3));
  }

  /** A late, repeated request cut entries already acknowledged (hashicorp/raft 0f31a01). */
  @Test
  void lateRequestDoesNotCutMatchingEntries() {
    RaftCore core = member().log(1, 1, 1, 1, 1).follower();
    Effects effects = receive(core, append(core, at(1, 1), entry(1, 2), entry(1, 3)));
    assertThat(effects.persist()).isNull();
    assertThat(core.lastIndex()).isEqualTo(5);
    assertThat(core.durableIndex()).isEqualTo(5);
  }

  /** A predecessor cut from the log was taken for a conflict (openraft 44381b0c). */
  @Test
  void predecessorBeforeTheBaseIsNoConflict() {
    RestoredLog cut =
        new RestoredLog(
            new HardState(3, 0, 7),
            at(2, 5),
            at(3, 7),
            List.of(new TermRun(3, 6)),
            List.of(entry(3, 6), entry(3, 7)),
            ConfigEntry.of(Configuration.of(List.of(1L, 2L, 3L))),
            List.of());
    Configuration three = Configuration.of(List.of(1L, 2L, 3L));
    RaftCore core = new RaftCore(CoreConfig.defaults(1, three), cut, 6, new FixedRandom(0));

    Effects effects =
        receive(core, append(3, at(1, 3), 7, entry(2, 4), entry(2, 5), entry(3, 6), entry(3, 7)));

    assertThat(effects.send())
        .containsExactly(new AppendResponse(1, 2, 3, true, 7, LogPosition.ZERO, 0));
    assertThat(core.lastPosition()).isEqualTo(at(3, 7));
  }

  /**
   * A write of an entry since replaced was taken for the write of the same entry written again
   * (etcd's append ABA race).
   */
  @Test
  void completionOfAReplacedWriteSaysNothingOfItsRepetition() {
    RaftCore core = member().log(1).term(2).follower();
    long first = receive(core, append(2, at(1, 1), 0, entry(2, 2))).persist().write();
    receive(core, append(3, at(1, 1), 0, entry(3, 2)));
    AppendRequest third =
        new AppendRequest(3, 1, 4, at(1, 1), List.of(entry(2, 2), entry(4, 3)), 0, 0);
    long again = receive(core, third).persist().write();

    core.step(new Input.Persisted(first));
    assertThat(core.durableIndex()).as("2/2 was written, then replaced").isEqualTo(1);
    core.step(new Input.Persisted(again));
    assertThat(core.durableIndex()).isEqualTo(3);
  }

  /** The same with one completion for everything before the repetition. */
  @Test
  void durableIndexFallsWithACut() {
    RaftCore core = member().log(1, 2, 2, 2).term(3).follower();
    assertThat(core.durableIndex()).isEqualTo(4);
    long cut = receive(core, append(3, at(1, 1), 0, entry(3, 2))).persist().write();
    assertThat(core.durableIndex()).isEqualTo(1);
    core.step(new Input.Persisted(cut));
    assertThat(core.durableIndex()).isEqualTo(2);
  }

  /** A member with a lower term asked for pre-votes for ever (canonical/raft 279). */
  @Test
  void lowerTermRejoinerLearnsTheTermFromARefusal() {
    RaftCore behind = member().log(1).term(3).preCandidate();
    RaftCore ahead = member().log(1).term(8).start();

    Effects answer = receive(ahead, new VoteRequest(2, 1, 4, true, at(1, 1), false));
    assertThat(answer.send()).containsExactly(new VoteResponse(1, 2, 8, true, false));

    receive(behind, new VoteResponse(2, 1, 8, true, false));
    assertThat(behind.term()).isEqualTo(8);
    Effects next = tick(behind, 10);
    assertThat(next.send().get(0).term()).as("its next question counts").isEqualTo(9);
  }

  /** The late leader's own pre-vote was refused by those still content with it (605). */
  @Test
  void leaderThatSteppedDownMayWinAgain() {
    RaftCore core = member().log(1).follower();
    tick(core, 9);
    VoteRequest ofLeader = new VoteRequest(2, 1, 2, true, at(1, 1), false);
    assertThat(receive(core, ofLeader).send())
        .containsExactly(new VoteResponse(1, 2, 1, true, false));
    tick(core, 1);
    assertThat(receive(core, ofLeader).send())
        .containsExactly(new VoteResponse(1, 2, 2, true, true));
  }

  /** A member with a higher term refused the leader in silence, and was outside for good. */
  @Test
  void higherTermRejoinerEndsTheReignThatCannotReachIt() {
    RaftCore ahead = member().log(1).term(6).start();
    Effects answer = receive(ahead, append(2, at(1, 1), 0));
    AppendResponse told = new AppendResponse(1, 2, 6, false, 1, LogPosition.ZERO, 0);
    assertThat(answer.send()).containsExactly(told);

    RaftCore leader = member().log(1).leader();
    receive(leader, new AppendResponse(2, 1, 6, false, 1, LogPosition.ZERO, 0));
    assertThat(leader.role()).isEqualTo(Role.FOLLOWER);
    assertThat(leader.term()).isEqualTo(6);
  }

  /** A new leader answered reads before it knew what was committed (etcd 7331). */
  @Test
  void readWaitsForAnEntryOfTheLeadersOwnTerm() {
    RaftCore core = member().log(1, 1).commit(1).freshLeader();
    core.step(new Input.Persisted(2));
    assertThat(core.step(new Input.Read(7, 0)).send()).as("no round yet").isEmpty();
    assertThat(core.step(new Input.Read(8, 0)).readsReady()).isEmpty();

    Effects committed = receive(core, accepted(core, 2, 3));
    assertThat(core.commitIndex()).isEqualTo(3);
    assertThat(committed.readsReady()).isEmpty();

    assertThat(receive(core, accepted(core, 2, 3, 1)).readsReady())
        .as("at the index that covers its predecessors' writes")
        .containsExactly(new ReadReady(7, 3), new ReadReady(8, 3));
  }

  /** An answer to an earlier use of a number passed for the answer to a later one (etcd 20418). */
  @Test
  void lateAnswerDoesNotServeALaterRead() {
    RaftCore core = member().log(1).follower();
    core.step(new Input.Read(7, 0));
    tick(core, 10);
    assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
    receive(core, append(core, at(1, 1)));
    core.step(new Input.Read(8, 0));

    Effects late = receive(core, new ReadIndexResponse(2, 1, 1, 0, 1));
    assertThat(late.readsReady()).as("read 8 came after question 0 was asked").isEmpty();
  }

  /** Answers of learners were counted for reads (MicroRaft c768342): see {@link ReadStepTest}. */
  @Test
  void messageMeantForAnotherMemberAtThisAddressIsIgnored() {
    RaftCore core = member().log(1).start();
    assertThat(receive(core, new VoteRequest(2, 4, 9, false, at(9, 9), false)))
        .isEqualTo(Effects.NONE);
    assertThat(core.term()).isEqualTo(1);
  }
}
