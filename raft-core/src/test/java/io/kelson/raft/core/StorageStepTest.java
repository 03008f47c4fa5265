package io.kelson.raft.core;

import static io.kelson.raft.core.MemberFixture.accepted;
import static io.kelson.raft.core.MemberFixture.append;
import static io.kelson.raft.core.MemberFixture.member;
import static io.kelson.raft.core.MemberFixture.propose;
import static io.kelson.raft.core.MemberFixture.receive;
import static io.kelson.raft.core.MemberFixture.tick;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.TimeoutNow;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A disk that is full or stalls: who leads then, and who is told what. Elections take ten ticks,
 * heartbeats three.
 */
class StorageStepTest {
  private static final Input FULL = new Input.Storage(true);
  private static final Input ROOM = new Input.Storage(false);

  private static Rejection refused(Rejection.Reason reason) {
    return new Rejection(Rejection.What.PROPOSAL, 1, reason);
  }

  /** Ticks, with both followers heard of, so that leadership is not lost for want of a quorum. */
  private static void tickInTouch(RaftCore core, int times) {
    for (int i = 0; i < times; i++) {
      tick(core, 1);
      receive(core, accepted(core, 2, 1));
      receive(core, accepted(core, 3, 1));
    }
  }

  /** Entries are committed by the others, and this member's disk holds none of them. */
  private static RaftCore stalledLeader() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    receive(core, accepted(core, 2, core.lastIndex()));
    receive(core, accepted(core, 3, core.lastIndex()));
    assertThat(core.commitIndex()).isEqualTo(3);
    assertThat(core.durableIndex()).isEqualTo(2);
    return core;
  }

  @Test
  void aLeaderWithAFullDiskHandsOverAtOnceToTheMostAdvanced() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    receive(core, accepted(core, 3, 3));

    assertThat(core.step(FULL).send()).containsExactly(new TimeoutNow(1, 3, 2));
    assertThat(propose(core, "b").rejections())
        .containsExactly(refused(Rejection.Reason.TRANSFERRING));
  }

  @Test
  void whoDoesNotTakeOverInTimeIsFollowedByTheNext() {
    RaftCore core = member().log(1).leader();
    assertThat(core.step(FULL).send()).containsExactly(new TimeoutNow(1, 2, 2));
    tickInTouch(core, 9);
    assertThat(tick(core, 1).send()).contains(new TimeoutNow(1, 3, 2));
  }

  @Test
  void aLeaderWithNobodyToHandOverToLeadsOnAndRefusesWrites() {
    RaftCore core = member().log(1).leader();
    core.step(FULL);
    tickInTouch(core, 20);

    assertThat(core.role()).isEqualTo(Role.LEADER);
    assertThat(propose(core, "a").rejections()).containsExactly(refused(Rejection.Reason.NO_SPACE));
    assertThat(
            receive(core, new ProposalForward(2, 1, 2, List.of(new Proposal(0, new byte[1]))))
                .persist())
        .isNull();
    assertThat(core.lastIndex()).isEqualTo(2);
    core.step(new Input.Read(7, 0));
    assertThat(receive(core, accepted(core, 2, 2, 1)).readsReady())
        .containsExactly(new ReadReady(7, 2));
  }

  @Test
  void aLeaderWithNobodyToHandOverToAsksAgainAfterAWhile() {
    RaftCore core = member().log(1).leader();
    core.step(FULL);
    tickInTouch(core, 20);
    tickInTouch(core, 99);
    assertThat(propose(core, "a").rejections()).containsExactly(refused(Rejection.Reason.NO_SPACE));
    tickInTouch(core, 1);
    assertThat(propose(core, "a").rejections())
        .containsExactly(refused(Rejection.Reason.TRANSFERRING));
  }

  @Test
  void roomAgainMeansWritesAgain() {
    RaftCore core = member().log(1).leader();
    core.step(FULL);
    tickInTouch(core, 20);
    core.step(ROOM);
    assertThat(propose(core, "a").rejections()).isEmpty();
    assertThat(core.lastIndex()).isEqualTo(3);
  }

  @Test
  void aMemberThatIsAloneLeadsWithAFullDisk() {
    RaftCore core = member().of(1).start();
    core.step(FULL);
    Effects effects = tick(core, 1);
    core.step(new Input.Persisted(effects.persist().write()));
    assertThat(core.role()).isEqualTo(Role.LEADER);
    assertThat(propose(core, "a").rejections()).containsExactly(refused(Rejection.Reason.NO_SPACE));
    core.step(ROOM);
    assertThat(propose(core, "a").persist().entries()).hasSize(1);
  }

  @Test
  void aFollowerWithAFullDiskLeavesTheElectionToOthersForALongTime() {
    RaftCore core = member().log(1).follower();
    core.step(FULL);
    tick(core, 10 * FollowerRole.RELUCTANCE - 1);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    tick(core, 1);
    assertThat(core.role())
        .as("its log may be the only one that can win")
        .isNotEqualTo(Role.FOLLOWER);
  }

  @Test
  void itLeavesTheSuccessionToOthersToo() {
    RaftCore core = member().log(1).follower();
    core.step(FULL);
    core.step(new Input.PeerGone(2));
    tick(core, 10 * (FollowerRole.RELUCTANCE - 1));
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void aFollowerWithAFullDiskDoesNotTakeOver() {
    RaftCore core = member().log(1).follower();
    core.step(FULL);
    assertThat(receive(core, new TimeoutNow(2, 1, core.term()))).isEqualTo(Effects.NONE);
    core.step(ROOM);
    receive(core, new TimeoutNow(2, 1, core.term()));
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void anElectionThatIsNotDecidedEndsForAMemberWithAFullDisk() {
    RaftCore core = member().log(1).preCandidate();
    core.step(FULL);
    tick(core, 10);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void aFollowerWithAFullDiskVotesAndAppends() {
    RaftCore core = member().log(1).follower();
    core.step(FULL);
    LogPosition last = core.lastPosition();
    Effects appended = receive(core, append(core, last, MemberFixture.entry(1, 2)));
    assertThat(appended.persist().entries()).hasSize(1);
    Effects voted = receive(core, new VoteRequest(3, 1, 2, false, MemberFixture.at(1, 2), true));
    assertThat(voted.persist().sendAfter()).containsExactly(new VoteResponse(1, 3, 2, false, true));
  }

  @Test
  void aLeaderWhoseDiskStallsHandsOverAfterAnElectionTimeout() {
    RaftCore core = stalledLeader();
    tickInTouch(core, 10);
    assertThat(propose(core, "b").rejections()).isEmpty();
    receive(core, accepted(core, 2, 4));

    assertThat(tick(core, 1).send()).contains(new TimeoutNow(1, 2, 2));
    assertThat(core.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void aSlowDiskIsNoStalledOne() {
    RaftCore core = stalledLeader();
    for (int write = 3; write < 20; write++) {
      propose(core, "more");
      receive(core, accepted(core, 2, core.lastIndex()));
      receive(core, accepted(core, 3, core.lastIndex()));
      tickInTouch(core, 9);
      core.step(new Input.Persisted(write));
      assertThat(core.commitIndex()).isGreaterThan(core.durableIndex());
    }
    assertThat(propose(core, "b").rejections()).isEmpty();
  }

  @Test
  void aStallThatNobodyIsAheadOfChangesNothing() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    tickInTouch(core, 50);
    assertThat(propose(core, "b").rejections()).isEmpty();
  }

  @Test
  void whatOnlyItsOwnDiskLacksCountsAgainstTheBound() {
    RaftCore core = member().log(1).maxUncommittedBytes(1).leader();
    propose(core, "a");
    receive(core, accepted(core, 2, 3));
    receive(core, accepted(core, 3, 3));
    assertThat(core.commitIndex()).isEqualTo(3);
    assertThat(propose(core, "b").rejections())
        .containsExactly(refused(Rejection.Reason.TOO_MANY_UNCOMMITTED));
    core.step(new Input.Persisted(3));
    assertThat(propose(core, "c").rejections()).isEmpty();
  }
}
