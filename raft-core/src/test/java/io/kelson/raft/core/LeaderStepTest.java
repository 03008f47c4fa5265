package io.kelson.raft.core;

import static io.kelson.raft.core.MemberFixture.accepted;
import static io.kelson.raft.core.MemberFixture.append;
import static io.kelson.raft.core.MemberFixture.at;
import static io.kelson.raft.core.MemberFixture.member;
import static io.kelson.raft.core.MemberFixture.propose;
import static io.kelson.raft.core.MemberFixture.receive;
import static io.kelson.raft.core.MemberFixture.refused;
import static io.kelson.raft.core.MemberFixture.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.TimeoutNow;
import io.kelson.raft.membership.Configuration;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A leader: a state, one input, the exact effects.
 *
 * <p>Member 1 leads term 2 with the log 1/1 2/2, where 2/2 is its own first entry, committed.
 */
class LeaderStepTest {
  private static Entry command(long index, String text) {
    return new Entry(2, index, EntryType.NORMAL, text.getBytes(StandardCharsets.UTF_8));
  }

  private static AppendRequest sends(
      long to, LogPosition prev, long commit, long round, Entry... entries) {
    return new AppendRequest(1, to, 2, prev, List.of(entries), commit, round);
  }

  @Test
  void manyProposalsAreOneWriteAndOneRequestEach() {
    RaftCore core = member().log(1).leader();

    Effects effects = propose(core, "a", "b");

    Entry a = command(3, "a");
    Entry b = command(4, "b");
    assertThat(effects)
        .isEqualTo(
            new Effects(
                List.of(sends(2, at(2, 2), 2, 0, a, b), sends(3, at(2, 2), 2, 0, a, b)),
                List.of(),
                new PersistBatch(3, new HardState(2, 1, 2), List.of(a, b), List.of(), true),
                null,
                List.of(),
                List.of(),
                List.of()));
  }

  @Test
  void pipelineDoesNotWaitForAcknowledgements() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    assertThat(propose(core, "b").send())
        .containsExactly(
            sends(2, at(2, 3), 2, 0, command(4, "b")), sends(3, at(2, 3), 2, 0, command(4, "b")));
  }

  @Test
  void windowBoundsWhatIsUnderWay() {
    RaftCore core = member().log(1).maxInflightMessages(2).leader();
    propose(core, "a");
    propose(core, "b");
    assertThat(propose(core, "c").send()).isEmpty();
    assertThat(propose(core, "d").send()).isEmpty();

    assertThat(receive(core, accepted(core, 2, 3)).send())
        .as("what had to wait goes in one request")
        .containsExactly(sends(2, at(2, 4), 2, 0, command(5, "c"), command(6, "d")));
  }

  @Test
  void requestsKeepToTheirSize() {
    RaftCore core = member().log(1).maxAppendBytes(2 * Entry.OVERHEAD_BYTES + 4).leader();
    List<Message> sent = propose(core, "a", "b", "c").send();
    assertThat(sent.stream().filter(message -> message.to() == 2))
        .containsExactly(
            sends(2, at(2, 2), 2, 0, command(3, "a"), command(4, "b")),
            sends(2, at(2, 4), 2, 0, command(5, "c")));
  }

  @Test
  void ownDiskCountsLikeAnyOther() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    assertThat(receive(core, accepted(core, 2, 3)).committed()).isNull();
    assertThat(core.commitIndex()).as("one of three disks").isEqualTo(2);

    Effects effects = core.step(new Input.Persisted(3));

    assertThat(core.commitIndex()).isEqualTo(3);
    assertThat(effects.committed()).isEqualTo(new Committed(3, 4, List.of(command(3, "a"))));
    assertThat(effects.send())
        .as("member 2 has nothing under way and hears of it; member 3 will with its next")
        .containsExactly(new AppendRequest(1, 2, 2, at(2, 3), List.of(), 3, 0, true));
  }

  @Test
  void quorumOfOthersCommitsWithoutThisDiskButIsNotAppliedHere() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    receive(core, accepted(core, 2, 3));
    Effects effects = receive(core, accepted(core, 3, 3));
    assertThat(core.commitIndex()).isEqualTo(3);
    assertThat(effects.committed()).isNull();
    assertThat(core.step(new Input.Persisted(3)).committed()).isNotNull();
  }

  @Test
  void newsOfTheCommitIndexTravelsWithEntriesUnderLoad() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    propose(core, "b");
    core.step(new Input.Persisted(4));

    Effects effects = receive(core, accepted(core, 2, 3));
    assertThat(core.commitIndex()).isEqualTo(3);
    assertThat(effects.send()).as("more is under way to both").isEmpty();

    assertThat(propose(core, "c").send())
        .containsExactly(
            sends(2, at(2, 4), 3, 0, command(5, "c")), sends(3, at(2, 4), 3, 0, command(5, "c")));
  }

  @Test
  void heartbeatsGoToAPlaceThatIsKnownToAgree() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    assertThat(tick(core, 3).send())
        .containsExactly(sends(2, at(2, 2), 2, 0), sends(3, at(2, 2), 2, 0));
  }

  @Test
  void silentPipelineIsAskedAboutItsFarEnd() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    tick(core, 3);
    assertThat(tick(core, 3).send())
        .containsExactly(sends(2, at(2, 3), 2, 0), sends(3, at(2, 3), 2, 0));
  }

  @Test
  void lostPipelineIsSentAgainFromWhereTheFollowerIs() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    propose(core, "b");
    assertThat(receive(core, refused(core, 2, 4, at(2, 2))).send())
        .containsExactly(sends(2, at(2, 2), 2, 0, command(3, "a"), command(4, "b")));
    assertThat(receive(core, refused(core, 2, 4, at(2, 2))).send())
        .as("the same refusal again")
        .isEmpty();
  }

  @Test
  void lostProbeIsRepeatedOnceTheFollowerIsHeardOfAgain() {
    RaftCore core = member().log(1).freshLeader();
    assertThat(receive(core, accepted(core, 2, 0)).send()).isEmpty();
    tick(core, 6);
    assertThat(receive(core, accepted(core, 2, 0)).send())
        .containsExactly(sends(2, at(1, 1), 0, 0, Entry.noop(2, 2)));
  }

  @Test
  void backTrackingSkipsATermPerRoundTrip() {
    RaftCore core = member().log(1, 1, 1, 4, 4, 5, 5, 6).term(6).freshLeader();
    assertThat(core.term()).isEqualTo(7);
    // The follower's log is 1 1 1 2 2 2 3 3: at index 7 it can agree with nothing above term 3.
    List<Message> sent = receive(core, refused(core, 2, 8, at(3, 7))).send();
    assertThat(((AppendRequest) sent.get(0)).prev()).isEqualTo(at(1, 3));
  }

  @Test
  void followerBehindTheCacheIsServedFromTheLog() {
    RaftCore core = member().log(1, 1, 1, 1).entryCacheBytes(0).freshLeader();
    core.step(new Input.Persisted(2));

    Effects effects = receive(core, refused(core, 2, 4, at(1, 1)));

    assertThat(effects.send()).isEmpty();
    assertThat(effects.fetches())
        .as("within one term")
        .containsExactly(new LogFetch(1, 2, 2, at(1, 1), 5, 1, 0, 0));
    assertThat(receive(core, accepted(core, 2, 1)).fetches()).as("one at a time").isEmpty();
    assertThat(receive(core, accepted(core, 2, 3)).fetches())
        .as("half of it came, the rest is on its way")
        .isEmpty();
    assertThat(receive(core, accepted(core, 2, 4)).fetches())
        .as("the next term is the next fetch")
        .containsExactly(new LogFetch(1, 2, 2, at(1, 4), 6, 2, 0, 0));
  }

  @Test
  void fetchThatGotLostIsRepeatedFromWhereTheFollowerIs() {
    RaftCore core = member().log(1, 1, 1, 1).entryCacheBytes(0).freshLeader();
    core.step(new Input.Persisted(2));
    receive(core, refused(core, 2, 4, at(1, 1)));
    receive(core, accepted(core, 2, 3));
    tick(core, 6);
    assertThat(receive(core, accepted(core, 2, 3)).fetches())
        .containsExactly(new LogFetch(1, 2, 2, at(1, 3), 5, 1, 0, 0));
  }

  @Test
  void uncommittedBytesAreBoundedButOneCommandAlwaysPasses() {
    RaftCore core = member().log(1).maxUncommittedBytes(50).leader();
    assertThat(propose(core, "x".repeat(100)).rejections()).isEmpty();
    assertThat(propose(core, "a").rejections())
        .containsExactly(
            new Rejection(Rejection.What.PROPOSAL, 1, Rejection.Reason.TOO_MANY_UNCOMMITTED));
    core.step(new Input.Persisted(3));
    receive(core, accepted(core, 2, 3));
    assertThat(propose(core, "a").rejections()).as("committed, it weighs no more").isEmpty();
  }

  @Test
  void forwardedProposalsAreAppendedTogether() {
    RaftCore core = member().log(1).leader();
    Effects effects =
        receive(
            core,
            new ProposalForward(
                2,
                1,
                1,
                List.of(new Proposal(0, new byte[] {1}), new Proposal(0, new byte[] {2}))));
    assertThat(effects.persist().entries()).hasSize(2);
    assertThat(effects.send()).hasSize(2);
  }

  @Test
  void handoverWaitsUntilTheTargetHasEverything() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    assertThat(core.step(new Input.Transfer(3))).isEqualTo(Effects.NONE);
    assertThat(propose(core, "b").rejections())
        .containsExactly(new Rejection(Rejection.What.PROPOSAL, 1, Rejection.Reason.TRANSFERRING));
    assertThat(receive(core, accepted(core, 3, 3)).send()).contains(new TimeoutNow(1, 3, 2));
  }

  @Test
  void handoverIsGivenUpAfterAnElectionTimeout() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    core.step(new Input.Transfer(3));
    tick(core, 9);
    assertThat(propose(core, "b").rejections()).hasSize(1);
    tick(core, 1);
    assertThat(propose(core, "b").rejections()).isEmpty();
  }

  @Test
  void handoverToNobodyIsIgnored() {
    RaftCore core = member().log(1).leader();
    for (long target : new long[] {0, 1, 9}) {
      assertThat(core.step(new Input.Transfer(target))).isEqualTo(Effects.NONE);
    }
    assertThat(propose(core, "a").rejections()).isEmpty();
  }

  @Test
  void higherTermEndsTheReign() {
    RaftCore core = member().log(1).leader();
    receive(core, new AppendResponse(2, 1, 9, false, 2, LogPosition.ZERO, 0));
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    assertThat(core.term()).isEqualTo(9);
    assertThat(core.vote()).isZero();
  }

  @Test
  void learnersReceiveTheLogWithoutASay() {
    Configuration members = new Configuration(List.of(1L, 2L), List.of(), List.of(3L));
    RaftCore core = member().of(members).log(1).leader();
    Effects effects = propose(core, "a");
    assertThat(effects.send()).extracting(Message::to).containsExactly(2L, 3L);
    core.step(new Input.Persisted(3));
    receive(core, accepted(core, 3, 3));
    assertThat(core.commitIndex()).isEqualTo(2);
    receive(core, accepted(core, 2, 3));
    assertThat(core.commitIndex()).isEqualTo(3);
  }

  @Test
  void jointCommitNeedsBothHalves() {
    Configuration joint = new Configuration(List.of(1L, 2L, 3L), List.of(1L, 4L, 5L), List.of());
    RaftCore core = member().of(joint).log(1).freshLeader();
    core.step(new Input.Persisted(2));
    receive(core, accepted(core, 2, 2));
    receive(core, accepted(core, 3, 2));
    assertThat(core.commitIndex()).isZero();
    receive(core, accepted(core, 5, 2));
    assertThat(core.commitIndex()).isEqualTo(2);
  }

  @Test
  void acknowledgementBeyondTheLogStopsTheMember() {
    RaftCore core = member().log(1).leader();
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> receive(core, accepted(core, 2, 99)))
        .withMessageContaining("acknowledges index 99");
  }

  @Test
  void leaderNeverFollowsAnotherInItsTerm() {
    RaftCore core = member().log(1).leader();
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> receive(core, append(core, at(2, 2))));
  }

  @Test
  void answerOfAStrangerIsIgnored() {
    RaftCore core = member().log(1).leader();
    assertThat(receive(core, accepted(core, 9, 1))).isEqualTo(Effects.NONE);
  }
}
