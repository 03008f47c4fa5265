package io.kelson.raft.core;

import static io.kelson.raft.core.MemberFixture.append;
import static io.kelson.raft.core.MemberFixture.at;
import static io.kelson.raft.core.MemberFixture.member;
import static io.kelson.raft.core.MemberFixture.receive;
import static io.kelson.raft.core.MemberFixture.tick;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message.TimeoutNow;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.Configuration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Elections: a state, one input, the exact effects. */
class ElectionStepTest {
  private static VoteRequest asks(long from, long term, LogPosition last) {
    return new VoteRequest(from, 1, term, false, last, false);
  }

  private static VoteRequest preAsks(long from, long term, LogPosition last) {
    return new VoteRequest(from, 1, term, true, last, false);
  }

  private static VoteResponse answer(long to, long term, boolean granted) {
    return new VoteResponse(1, to, term, false, granted);
  }

  private static VoteResponse preAnswer(long to, long term, boolean granted) {
    return new VoteResponse(1, to, term, true, granted);
  }

  @Test
  void whoStartsWaitsForNobodyAndAsksSoon() {
    for (int drawn = 0; drawn < 3; drawn++) {
      RaftCore core = member().log(1, 2).random(new FixedRandom(drawn)).start();
      tick(core, drawn);
      assertThat(core.role()).as("after %d ticks", drawn).isEqualTo(Role.FOLLOWER);
      tick(core, 1);
      assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
    }
  }

  @Test
  void whoStartsAndHearsALeaderWaitsForItAsEver() {
    RaftCore core = member().log(1, 2).random(new FixedRandom(2)).start();
    tick(core, 2);
    receive(core, append(core, core.lastPosition()));

    tick(core, 11);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    tick(core, 1);
    assertThat(core.role()).as("after ten and two ticks").isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void whoStartsAndIsRefusedWaitsAnElectionTimeout() {
    RaftCore core = member().log(1, 2).start();
    tick(core, 1);
    receive(core, new VoteResponse(2, 1, 2, true, false));
    receive(core, new VoteResponse(3, 1, 2, true, false));

    tick(core, 9);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    tick(core, 1);
    assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void questionThatNobodyAnsweredIsAskedAgain() {
    RaftCore core = member().log(1, 2).random(new FixedRandom(1)).start();
    tick(core, 2);
    receive(core, new VoteResponse(3, 1, 2, true, false));

    assertThat(tick(core, 1)).isEqualTo(Effects.NONE);
    assertThat(tick(core, 1).send())
        .as("every two ticks, those that have not answered")
        .containsExactly(new VoteRequest(1, 2, 3, true, at(2, 2), false));
    assertThat(tick(core, 1)).isEqualTo(Effects.NONE);
    assertThat(receive(core, new VoteResponse(2, 1, 3, true, true)).persist()).isNotNull();
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
    assertThat(tick(core, 4)).as("a real vote is asked for once").isEqualTo(Effects.NONE);
  }

  @Test
  void questionThatChangesNothing() {
    RaftCore core = member().log(1, 2).vote(3).start();

    Effects effects = tick(core, 1);

    assertThat(effects)
        .isEqualTo(
            new Effects(
                List.of(
                    new VoteRequest(1, 2, 3, true, at(2, 2), false),
                    new VoteRequest(1, 3, 3, true, at(2, 2), false)),
                List.of(),
                null,
                null,
                List.of(),
                List.of(),
                List.of(
                    new RoleChange(Role.FOLLOWER, Role.PRE_CANDIDATE, 2, 0, "no leader came up"))));
    assertThat(core.term()).isEqualTo(2);
    assertThat(core.vote()).isEqualTo(3);
  }

  @Test
  void wonPreVoteBeginsTheRealElectionAfterTheVoteIsWritten() {
    RaftCore core = member().log(1, 2).preCandidate();

    Effects effects = receive(core, new VoteResponse(2, 1, 3, true, true));

    assertThat(effects.send()).isEmpty();
    assertThat(effects.persist())
        .isEqualTo(
            new PersistBatch(
                1,
                new HardState(3, 1, 0),
                List.of(),
                List.of(
                    new VoteRequest(1, 2, 3, false, at(2, 2), false),
                    new VoteRequest(1, 3, 3, false, at(2, 2), false)),
                true));
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void aLeaderThatIsGoneIsNotWaitedForLong() {
    RaftCore core = member().log(1, 2).follower();
    tick(core, 2);

    assertThat(core.step(new Input.PeerGone(2))).isEqualTo(Effects.NONE);
    tick(core, 1);

    assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(core.term()).isEqualTo(2);
  }

  @Test
  void whoLostTheLeaderTooGivesItsVote() {
    RaftCore core = member().log(1, 2).follower();
    VoteRequest question = preAsks(3, 3, at(2, 2));
    assertThat(receive(core, question).send()).containsExactly(preAnswer(3, 2, false));

    core.step(new Input.PeerGone(2));

    assertThat(receive(core, question).send()).containsExactly(preAnswer(3, 3, true));
    assertThat(receive(core, asks(3, 3, at(2, 2))).persist().sendAfter())
        .containsExactly(answer(3, 3, true));
  }

  @Test
  void aLeaderThatIsHeardAgainIsWaitedForAsEver() {
    RaftCore core = member().log(1, 2).follower();
    core.step(new Input.PeerGone(2));
    receive(core, append(core, core.lastPosition()));

    tick(core, 9);

    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    assertThat(receive(core, preAsks(3, 3, at(2, 2))).send())
        .containsExactly(preAnswer(3, 2, false));
  }

  @Test
  void thatAnotherMemberIsGoneChangesNothing() {
    RaftCore core = member().log(1, 2).follower();
    core.step(new Input.PeerGone(3));
    tick(core, 9);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);

    RaftCore leader = member().log(1, 2).leader();
    assertThat(leader.step(new Input.PeerGone(2))).isEqualTo(Effects.NONE);
    assertThat(leader.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void whoSplitsTheVotesOfThoseThatAreLeftTriesAgainSoon() {
    RaftCore core = member().log(1, 2).follower();
    core.step(new Input.PeerGone(2));
    tick(core, 1);
    receive(core, new VoteResponse(3, 1, 3, true, true));
    core.step(new Input.Persisted(1));
    tick(core, 1);
    assertThat(core.role()).as("3 has not answered yet").isEqualTo(Role.CANDIDATE);

    assertThat(receive(core, new VoteResponse(3, 1, 3, false, false))).isEqualTo(Effects.NONE);
    tick(core, 1);

    assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(core.term()).isEqualTo(3);
  }

  @Test
  void aCandidateHearsToo() {
    RaftCore core = member().log(1).candidate();
    receive(core, new VoteResponse(3, 1, core.term(), false, false));
    tick(core, 1);
    assertThat(core.role()).as("2 may still vote for it").isEqualTo(Role.CANDIDATE);

    core.step(new Input.PeerGone(2));
    tick(core, 1);

    assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void aCandidateWhoseVotersMayStillAnswerWaits() {
    RaftCore core = member().log(1).candidate();
    core.step(new Input.PeerGone(2));
    tick(core, 9);
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);

    receive(core, new VoteResponse(3, 1, core.term(), false, true));
    assertThat(core.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void whoHasComeBackIsWaitedFor() {
    RaftCore core = member().log(1, 2).follower();
    core.step(new Input.PeerGone(2));
    tick(core, 1);
    core.step(new Input.PeerGone(3));
    receive(core, new VoteResponse(3, 1, 3, true, true));
    core.step(new Input.Persisted(1));
    tick(core, 9);
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);

    receive(core, new VoteResponse(3, 1, 3, false, true));
    assertThat(core.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void ownVoteCountsOnlyOnceDurable() {
    RaftCore core = member().log(1).preCandidate();
    receive(core, new VoteResponse(2, 1, 2, true, true));

    assertThat(receive(core, new VoteResponse(2, 1, 2, false, true))).isEqualTo(Effects.NONE);
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);

    core.step(new Input.Persisted(1));
    assertThat(core.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void loneMemberLeadsAfterOneTickAndOneWrite() {
    RaftCore core = member().of(1).start();
    Effects effects = tick(core, 1);
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
    Effects won = core.step(new Input.Persisted(effects.persist().write()));
    assertThat(core.role()).isEqualTo(Role.LEADER);
    assertThat(won.persist().entries()).containsExactly(Entry.noop(1, 1));
    assertThat(core.step(new Input.Persisted(2)).committed())
        .isEqualTo(new Committed(1, 2, List.of(Entry.noop(1, 1))));
  }

  @Test
  void newLeaderReplicatesAnEntryOfItsOwnAtOnce() {
    RaftCore core = member().log(1, 1).candidate();

    Effects effects = receive(core, new VoteResponse(2, 1, 2, false, true));

    Entry noop = Entry.noop(2, 3);
    assertThat(effects.send())
        .containsExactly(
            new Message.AppendRequest(1, 2, 2, at(1, 2), List.of(noop), 0, 0),
            new Message.AppendRequest(1, 3, 2, at(1, 2), List.of(noop), 0, 0));
    assertThat(effects.persist())
        .isEqualTo(new PersistBatch(2, null, List.of(noop), List.of(), true));
    assertThat(effects.roleChanges())
        .containsExactly(new RoleChange(Role.CANDIDATE, Role.LEADER, 2, 1, "won the election"));
  }

  @Test
  void voteIsWrittenBeforeItIsGiven() {
    RaftCore core = member().log(1, 1).start();

    Effects effects = receive(core, asks(2, 5, at(1, 2)));

    assertThat(effects.send()).isEmpty();
    assertThat(effects.persist())
        .isEqualTo(
            new PersistBatch(
                1, new HardState(5, 2, 0), List.of(), List.of(answer(2, 5, true)), true));
  }

  @Test
  void oneVotePerTerm() {
    RaftCore core = member().log(1).term(4).vote(2).start();
    assertThat(receive(core, asks(3, 4, at(9, 9))).send()).containsExactly(answer(3, 4, false));
    assertThat(receive(core, asks(2, 4, at(1, 1))).persist().sendAfter())
        .as("but that one may be given again")
        .containsExactly(answer(2, 4, true));
    assertThat(core.vote()).isEqualTo(2);
  }

  @Test
  void shorterOrOlderLogGetsNoVote() {
    RaftCore core = member().log(1, 3, 3).start();
    for (LogPosition behind : List.of(at(3, 2), at(2, 9), LogPosition.ZERO)) {
      Effects effects = receive(core, asks(2, core.term() + 1, behind));
      assertThat(effects.persist().sendAfter()).containsExactly(answer(2, core.term(), false));
      assertThat(core.vote()).isZero();
    }
  }

  @Test
  void contentMemberIgnoresElections() {
    RaftCore core = member().log(1).follower();
    assertThat(receive(core, asks(3, 9, at(9, 9)))).isEqualTo(Effects.NONE);
    assertThat(core.term()).isEqualTo(1);
    assertThat(receive(core, preAsks(3, 9, at(9, 9))).send())
        .containsExactly(preAnswer(3, 1, false));

    tick(core, 9);
    assertThat(receive(core, preAsks(3, 9, at(9, 9))).send())
        .as("for less than an election timeout")
        .containsExactly(preAnswer(3, 1, false));
    tick(core, 1);
    assertThat(receive(core, preAsks(3, 9, at(9, 9))).send())
        .containsExactly(preAnswer(3, 9, true));
  }

  @Test
  void handoverOverridesContentment() {
    RaftCore core = member().log(1).follower();
    Effects effects = receive(core, new VoteRequest(3, 1, 2, false, at(1, 1), true));
    assertThat(effects.persist().sendAfter()).containsExactly(answer(3, 2, true));
  }

  @Test
  void timeoutNowSkipsThePreVote() {
    RaftCore core = member().log(1).follower();

    Effects effects = receive(core, new TimeoutNow(2, 1, 1));

    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
    assertThat(effects.persist().sendAfter())
        .containsExactly(
            new VoteRequest(1, 2, 2, false, at(1, 1), true),
            new VoteRequest(1, 3, 2, false, at(1, 1), true));
  }

  @Test
  void refusalOfAQuorumEndsTheCandidacy() {
    RaftCore core = member().log(1).candidate();
    receive(core, new VoteResponse(2, 1, 2, false, false));
    receive(core, new VoteResponse(2, 1, 2, false, false));
    assertThat(core.role()).as("one member has one vote").isEqualTo(Role.CANDIDATE);
    receive(core, new VoteResponse(3, 1, 2, false, false));
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    assertThat(core.term()).isEqualTo(2);
  }

  @Test
  void undecidedElectionIsHeldAgain() {
    RaftCore core = member().log(1).candidate();
    Effects effects = tick(core, 10);
    assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(effects.send()).hasSize(2);
  }

  @Test
  void candidateFollowsTheWinner() {
    RaftCore core = member().log(1).candidate();
    receive(core, append(core, at(1, 1)));
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    assertThat(core.leader()).isEqualTo(2);
    assertThat(core.vote()).as("the vote of the term stays").isEqualTo(1);
  }

  @Test
  void learnerNeverCampaigns() {
    Configuration learner = new Configuration(List.of(2L, 3L), List.of(), List.of(1L));
    RaftCore core = member().of(learner).start();
    assertThat(tick(core, 100)).isEqualTo(Effects.NONE);
  }

  @Test
  void votesOfStrangersDoNotCount() {
    RaftCore core = member().log(1).candidate();
    receive(core, new VoteResponse(9, 1, 2, false, true));
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void jointElectionNeedsBothHalves() {
    Configuration joint = new Configuration(List.of(1L, 2L, 3L), List.of(1L, 4L, 5L), List.of());
    RaftCore core = member().of(joint).preCandidate();
    receive(core, new VoteResponse(2, 1, 1, true, true));
    assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
    receive(core, new VoteResponse(4, 1, 1, true, true));
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void leaderWithoutQuorumStepsDown() {
    RaftCore core = member().log(1).leader();
    tick(core, 10);
    assertThat(core.role()).as("heard of in the first period").isEqualTo(Role.LEADER);
    Effects effects = tick(core, 10);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    assertThat(core.term()).isEqualTo(2);
    assertThat(core.leader()).isZero();
    assertThat(effects.roleChanges().get(0).reason()).contains("no quorum");
  }
}
