package io.kelson.raft.core;

import static io.kelson.raft.core.MemberFixture.accepted;
import static io.kelson.raft.core.MemberFixture.append;
import static io.kelson.raft.core.MemberFixture.at;
import static io.kelson.raft.core.MemberFixture.member;
import static io.kelson.raft.core.MemberFixture.receive;
import static io.kelson.raft.core.MemberFixture.tick;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.ReadIndexResponse;
import io.kelson.raft.membership.Configuration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Linearizable reads: a state, one input, the exact effects. */
class ReadStepTest {
  private static Effects read(RaftCore core, long id) {
    return core.step(new Input.Read(id, 0));
  }

  private static List<Long> rounds(Effects effects) {
    return effects.send().stream().map(message -> ((AppendRequest) message).round()).toList();
  }

  @Test
  void readOpensARoundAndIsReadyOnceAQuorumReturnsIt() {
    RaftCore core = member().log(1).leader();

    assertThat(read(core, 7).send())
        .containsExactly(
            new AppendRequest(1, 2, 2, at(2, 2), List.of(), 2, 1),
            new AppendRequest(1, 3, 2, at(2, 2), List.of(), 2, 1));
    assertThat(receive(core, accepted(core, 2, 2, 1)).readsReady())
        .containsExactly(new ReadReady(7, 2));
    assertThat(receive(core, accepted(core, 3, 2, 1)).readsReady()).as("once").isEmpty();
  }

  @Test
  void answerToAnEarlierRoundConfirmsNothing() {
    RaftCore core = member().log(1).leader();
    read(core, 7);
    read(core, 8);
    assertThat(receive(core, accepted(core, 2, 2, 1)).readsReady())
        .containsExactly(new ReadReady(7, 2));
    assertThat(receive(core, accepted(core, 3, 2, 2)).readsReady())
        .containsExactly(new ReadReady(8, 2));
  }

  @Test
  void laterRoundConfirmsTheEarlierOnes() {
    RaftCore core = member().log(1).leader();
    read(core, 7);
    read(core, 8);
    assertThat(receive(core, accepted(core, 3, 2, 2)).readsReady())
        .containsExactly(new ReadReady(7, 2), new ReadReady(8, 2));
  }

  @Test
  void refusalProvesLeadershipAsWell() {
    RaftCore core = member().log(1).leader();
    read(core, 7);
    AppendResponse refusal = new AppendResponse(2, 1, 2, false, 9, LogPosition.ZERO, 1);
    assertThat(receive(core, refusal).readsReady()).containsExactly(new ReadReady(7, 2));
  }

  @Test
  void readsShareARoundWhileSeveralAreOpen() {
    RaftCore core = member().log(1).leader();
    for (int id = 1; id <= 4; id++) {
      assertThat(rounds(read(core, id))).containsExactly((long) id, (long) id);
    }
    assertThat(read(core, 5).send()).isEmpty();
    assertThat(read(core, 6).send()).isEmpty();

    Effects effects = receive(core, accepted(core, 2, 2, 1));

    assertThat(effects.readsReady()).containsExactly(new ReadReady(1, 2));
    assertThat(rounds(effects)).containsExactly(5L, 5L);
    assertThat(receive(core, accepted(core, 2, 2, 5)).readsReady())
        .extracting(ReadReady::id)
        .containsExactly(2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void lostRoundIsRepeatedByTheHeartbeat() {
    RaftCore core = member().log(1).leader();
    read(core, 7);
    assertThat(rounds(tick(core, 3))).containsExactly(1L, 1L);
  }

  @Test
  void loneMemberIsItsOwnQuorum() {
    RaftCore core = member().of(1).start();
    tick(core, 1);
    core.step(new Input.Persisted(1));
    core.step(new Input.Persisted(2));
    assertThat(read(core, 7).readsReady()).containsExactly(new ReadReady(7, 1));
  }

  @Test
  void learnersDoNotCount() {
    Configuration members = new Configuration(List.of(1L, 2L), List.of(), List.of(3L));
    RaftCore core = member().of(members).log(1).leader();
    assertThat(read(core, 7).send()).extracting(Message::to).containsExactly(2L);
    assertThat(receive(core, accepted(core, 3, 2, 1)).readsReady()).isEmpty();
    assertThat(receive(core, accepted(core, 2, 2, 1)).readsReady()).hasSize(1);
  }

  @Test
  void waitingReadsFailWhenLeadershipEnds() {
    RaftCore core = member().log(1).leader();
    for (int id = 1; id <= 5; id++) {
      read(core, id);
    }
    Effects effects = receive(core, append(9, at(2, 2), 0));
    assertThat(effects.rejections())
        .extracting(Rejection::id, Rejection::reason)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1L, Rejection.Reason.LEADER_CHANGED),
            org.assertj.core.groups.Tuple.tuple(2L, Rejection.Reason.LEADER_CHANGED),
            org.assertj.core.groups.Tuple.tuple(3L, Rejection.Reason.LEADER_CHANGED),
            org.assertj.core.groups.Tuple.tuple(4L, Rejection.Reason.LEADER_CHANGED),
            org.assertj.core.groups.Tuple.tuple(5L, Rejection.Reason.LEADER_CHANGED));
  }

  @Test
  void leaderAnswersAFollowersQuestionOnceConfirmed() {
    RaftCore core = member().log(1).leader();
    assertThat(rounds(receive(core, new ReadIndexRequest(3, 1, 2, 555)))).containsExactly(1L, 1L);
    assertThat(receive(core, accepted(core, 2, 2, 1)).send())
        .containsExactly(new ReadIndexResponse(1, 3, 2, 555, 2));
  }

  @Test
  void followerAsksTheLeader() {
    RaftCore core = member().log(1).follower();
    assertThat(read(core, 7).send()).containsExactly(new ReadIndexRequest(1, 2, 1, 0));
    assertThat(receive(core, new ReadIndexResponse(2, 1, 1, 0, 1)).readsReady())
        .containsExactly(new ReadReady(7, 1));
    assertThat(receive(core, new ReadIndexResponse(2, 1, 1, 0, 1))).isEqualTo(Effects.NONE);
  }

  @Test
  void unansweredQuestionIsRepeatedUnderANewNumber() {
    RaftCore core = member().log(1).follower();
    read(core, 7);
    assertThat(tick(core, 5)).isEqualTo(Effects.NONE);
    assertThat(tick(core, 1).send()).containsExactly(new ReadIndexRequest(1, 2, 1, 1));
    assertThat(receive(core, new ReadIndexResponse(2, 1, 1, 0, 1)).readsReady())
        .as("an answer to the first question is fresh enough for the same reads")
        .containsExactly(new ReadReady(7, 1));
    assertThat(receive(core, new ReadIndexResponse(2, 1, 1, 1, 1))).isEqualTo(Effects.NONE);
  }

  @Test
  void readsThatComeLaterDoNotUseAnEarlierQuestion() {
    RaftCore core = member().log(1).follower();
    for (int id = 0; id < 4; id++) {
      assertThat(read(core, id).send()).containsExactly(new ReadIndexRequest(1, 2, 1, id));
    }
    assertThat(read(core, 4).send()).isEmpty();
    assertThat(read(core, 5).send()).isEmpty();

    Effects effects = receive(core, new ReadIndexResponse(2, 1, 1, 2, 1));

    assertThat(effects.readsReady()).containsExactly(new ReadReady(2, 1));
    assertThat(effects.send()).containsExactly(new ReadIndexRequest(1, 2, 1, 4));
    assertThat(receive(core, new ReadIndexResponse(2, 1, 1, 4, 1)).readsReady())
        .containsExactly(new ReadReady(4, 1), new ReadReady(5, 1));
  }

  @Test
  void forwardedReadsFailWhenTheLeaderIsLost() {
    RaftCore core = member().log(1).follower();
    read(core, 7);
    assertThat(tick(core, 10).rejections())
        .containsExactly(new Rejection(Rejection.What.READ, 7, Rejection.Reason.LEADER_CHANGED));
    assertThat(read(core, 8).rejections())
        .containsExactly(new Rejection(Rejection.What.READ, 8, Rejection.Reason.NO_LEADER));
  }

  @Test
  void readWithoutLeaderIsTurnedDown() {
    assertThat(read(member().start(), 8).rejections())
        .containsExactly(new Rejection(Rejection.What.READ, 8, Rejection.Reason.NO_LEADER));
  }
}
