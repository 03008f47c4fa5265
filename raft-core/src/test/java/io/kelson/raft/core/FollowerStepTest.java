package io.kelson.raft.core;

import static io.kelson.raft.core.MemberFixture.append;
import static io.kelson.raft.core.MemberFixture.at;
import static io.kelson.raft.core.MemberFixture.entry;
import static io.kelson.raft.core.MemberFixture.member;
import static io.kelson.raft.core.MemberFixture.propose;
import static io.kelson.raft.core.MemberFixture.receive;
import static io.kelson.raft.core.MemberFixture.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A follower: a state, one input, the exact effects. */
class FollowerStepTest {
  private static final LogPosition NONE = LogPosition.ZERO;

  private static AppendResponse holds(long term, long match) {
    return new AppendResponse(1, 2, term, true, match, NONE, 0);
  }

  private static AppendResponse lacks(long term, long index, LogPosition hint) {
    return new AppendResponse(1, 2, term, false, index, hint, 0);
  }

  @Test
  void newEntriesAreAcknowledgedOnlyAfterTheyAreWritten() {
    RaftCore core = member().log(1, 1).follower();

    Effects effects = receive(core, append(core, at(1, 2), entry(1, 3), entry(1, 4)));

    assertThat(effects)
        .isEqualTo(
            new Effects(
                List.of(),
                List.of(),
                new PersistBatch(
                    1, null, List.of(entry(1, 3), entry(1, 4)), List.of(holds(1, 4)), true),
                null,
                List.of(),
                List.of(),
                List.of()));
    assertThat(core.lastIndex()).isEqualTo(4);
    assertThat(core.durableIndex()).isEqualTo(2);
    core.step(new Input.Persisted(1));
    assertThat(core.durableIndex()).isEqualTo(4);
  }

  @Test
  void heartbeatIsAnsweredAtOnceHoweverSlowTheDisk() {
    RaftCore core = member().log(1, 1).follower();
    receive(core, append(core, at(1, 2), entry(1, 3), entry(1, 4)));

    Effects effects = receive(core, append(core, at(1, 4)));

    assertThat(effects.persist()).isNull();
    assertThat(effects.send())
        .as("no more is claimed than the disk holds")
        .containsExactly(holds(1, 2));
  }

  @Test
  void newsOfTheCommitIndexIsTakenWithoutAnAnswerUnlessItIsRefused() {
    RaftCore core = member().log(1, 1).follower();

    Effects taken =
        receive(core, new Message.AppendRequest(2, 1, 1, at(1, 2), List.of(), 2, 0, true));
    assertThat(core.commitIndex()).isEqualTo(2);
    assertThat(taken.send()).isEmpty();

    Effects refused =
        receive(core, new Message.AppendRequest(2, 1, 1, at(1, 3), List.of(), 3, 0, true));
    assertThat(core.commitIndex()).isEqualTo(2);
    assertThat(refused.send()).hasSize(1);
  }

  @Test
  void repeatedEntriesUnderWayToDiskAreAcknowledgedAfterTheirWrite() {
    RaftCore core = member().log(1, 1).follower();
    receive(core, append(core, at(1, 2), entry(1, 3)));

    Effects effects = receive(core, append(core, at(1, 2), entry(1, 3)));

    assertThat(effects.send()).isEmpty();
    assertThat(effects.persist())
        .isEqualTo(new PersistBatch(2, null, List.of(), List.of(holds(1, 3)), false));
  }

  @Test
  void repeatedDurableEntriesAreAcknowledgedAtOnce() {
    RaftCore core = member().log(1, 1, 1).follower();

    Effects effects = receive(core, append(core, at(1, 1), entry(1, 2), entry(1, 3)));

    assertThat(effects.persist()).isNull();
    assertThat(effects.send()).containsExactly(holds(1, 3));
  }

  @Test
  void newTermIsDurableBeforeAnythingIsSaidInIt() {
    RaftCore core = member().log(1, 1).start();

    Effects effects = receive(core, append(5, at(1, 2), 0));

    assertThat(effects.send()).isEmpty();
    assertThat(effects.persist())
        .isEqualTo(
            new PersistBatch(1, new HardState(5, 0, 0), List.of(), List.of(holds(5, 2)), true));
    assertThat(effects.roleChanges())
        .containsExactly(
            new RoleChange(Role.FOLLOWER, Role.FOLLOWER, 5, 0, "heard of a higher term"),
            new RoleChange(Role.FOLLOWER, Role.FOLLOWER, 5, 2, "heard of the leader"));

    Effects again = receive(core, append(5, at(1, 2), 0));
    assertThat(again.persist())
        .as("the term is still under way to disk")
        .isEqualTo(new PersistBatch(2, null, List.of(), List.of(holds(5, 2)), false));

    core.step(new Input.Persisted(2));
    assertThat(receive(core, append(5, at(1, 2), 0)).send()).containsExactly(holds(5, 2));
  }

  @Test
  void missingPredecessorIsRefusedWithTheEndOfTheLog() {
    RaftCore core = member().log(1, 1).follower();

    Effects effects = receive(core, append(core, at(1, 7), entry(1, 8)));

    assertThat(effects.persist()).isNull();
    assertThat(effects.send()).containsExactly(lacks(1, 7, at(1, 2)));
    assertThat(core.lastIndex()).isEqualTo(2);
  }

  @Test
  void refusalSkipsWholeTermsThatTheLeaderCannotHave() {
    RaftCore core = member().log(1, 1, 1, 3, 3, 3, 3).term(9).follower();

    Effects effects = receive(core, append(9, at(2, 6), 0));

    assertThat(effects.send()).containsExactly(lacks(9, 6, at(1, 3)));
  }

  @Test
  void conflictingEntriesAreReplacedInOneWrite() {
    RaftCore core = member().log(1, 2, 2, 2).term(3).follower();

    Effects effects = receive(core, append(3, at(1, 1), 0, entry(3, 2)));

    assertThat(effects.persist())
        .isEqualTo(new PersistBatch(1, null, List.of(entry(3, 2)), List.of(holds(3, 2)), true));
    assertThat(core.lastPosition()).isEqualTo(at(3, 2));
    assertThat(core.durableIndex()).isEqualTo(1);
  }

  @Test
  void committedEntriesAreHandedOutOnceTheDiskHoldsThem() {
    RaftCore core = member().follower();

    Effects effects = receive(core, append(1, NONE, 2, entry(1, 1), entry(1, 2)));
    assertThat(effects.committed()).isNull();
    assertThat(core.commitIndex()).isEqualTo(2);

    Effects written = core.step(new Input.Persisted(effects.persist().write()));
    assertThat(written.committed())
        .isEqualTo(new Committed(1, 3, List.of(entry(1, 1), entry(1, 2))));
    assertThat(tick(core, 1).committed()).as("each once").isNull();
  }

  @Test
  void slowStateMachineIsNotHandedMoreThanFourPortions() {
    RaftCore core =
        member().log(1, 1, 1, 1, 1, 1).commit(6).maxApplyBytes(Entry.OVERHEAD_BYTES + 1).start();
    for (int index = 1; index <= 4; index++) {
      assertThat(tick(core, 1).committed())
          .isEqualTo(new Committed(index, index + 1, List.of(entry(1, index))));
    }
    assertThat(tick(core, 1).committed()).isNull();
    assertThat(core.step(new Input.Applied(1)).committed())
        .isEqualTo(new Committed(5, 6, List.of(entry(1, 5))));
    assertThat(tick(core, 1).committed()).isNull();
    assertThat(core.step(new Input.Applied(3)).committed()).isNotNull();
  }

  @Test
  void committedEntriesNoLongerInMemoryComeAsARange() {
    RaftCore core = member().log(1, 1, 1).entryCacheBytes(0).start();
    assertThat(tick(core, 1).committed()).isNull();
    assertThat(receive(core, append(1, at(1, 3), 3)).committed())
        .isEqualTo(new Committed(1, 4, List.of()));
  }

  @Test
  void commitIndexRidesAlongWithTheNextWrite() {
    RaftCore core = member().log(1, 1).follower();
    assertThat(receive(core, append(1, at(1, 2), 2)).persist()).isNull();

    Effects effects = receive(core, append(1, at(1, 2), 2, entry(1, 3)));

    assertThat(effects.persist().hardState()).isEqualTo(new HardState(1, 0, 2));
  }

  @Test
  void commitIndexAloneIsWrittenRarelyAndUnsynced() {
    RaftCore core = member().log(1, 1).follower();
    receive(core, append(1, at(1, 2), 2));
    for (int i = 0; i < 9; i++) {
      receive(core, append(1, at(1, 2), 2));
      assertThat(tick(core, 1).persist()).isNull();
    }
    receive(core, append(1, at(1, 2), 2));
    assertThat(tick(core, 1).persist())
        .isEqualTo(new PersistBatch(1, new HardState(1, 0, 2), List.of(), List.of(), false));
  }

  @Test
  void olderTermIsToldOfTheNewer() {
    RaftCore core = member().log(1, 1).term(7).start();

    Effects effects = receive(core, append(3, at(1, 2), 0));

    assertThat(effects.send()).containsExactly(lacks(7, 2, NONE));
    assertThat(core.leader()).isZero();
  }

  /** Its sender may lead the newer term as well, where the old round would confirm new reads. */
  @Test
  void roundOfAnOlderTermIsNotReturned() {
    RaftCore core = member().log(1, 1).term(7).start();

    Effects effects = receive(core, new AppendRequest(2, 1, 3, at(1, 2), List.of(), 0, 26));

    assertThat(effects.send()).containsExactly(lacks(7, 2, NONE));
  }

  @Test
  void proposalsAreForwardedInPortions() {
    RaftCore core = member().maxAppendBytes(4).follower();

    Effects effects = propose(core, "abc", "d", "ef");

    assertThat(effects.send()).hasSize(2);
    assertThat(effects.send())
        .allSatisfy(message -> assertThat(message).isInstanceOf(ProposalForward.class));
    assertThat(((ProposalForward) effects.send().get(0)).proposals())
        .extracting(Proposal::data)
        .containsExactly(new byte[] {'a', 'b', 'c'}, new byte[] {'d'});
    assertThat(((ProposalForward) effects.send().get(1)).proposals())
        .extracting(Proposal::data)
        .containsExactly(new byte[] {'e', 'f'});
  }

  @Test
  void proposalWithoutLeaderIsTurnedDown() {
    RaftCore core = member().start();
    assertThat(propose(core, "a", "b").rejections())
        .containsExactly(
            new Rejection(Rejection.What.PROPOSAL, 1, Rejection.Reason.NO_LEADER),
            new Rejection(Rejection.What.PROPOSAL, 2, Rejection.Reason.NO_LEADER));
  }

  @Test
  void forwardedProposalTravelsOnOnlyFromAnOlderTerm() {
    RaftCore core = member().term(5).follower();
    List<Proposal> payloads = List.of(new Proposal(0, new byte[] {1}));

    assertThat(receive(core, new ProposalForward(3, 1, 4, payloads)).send())
        .containsExactly(new ProposalForward(1, 2, 5, payloads));
    assertThat(receive(core, new ProposalForward(3, 1, 5, payloads)).send()).isEmpty();
    assertThat(receive(core, new ProposalForward(2, 1, 4, payloads)).send())
        .as("not back to where it came from")
        .isEmpty();
  }

  @Test
  void messageForSomebodyElseIsIgnored() {
    RaftCore core = member().log(1).start();
    AppendRequest stray = new AppendRequest(2, 99, 8, at(1, 1), List.of(), 1, 0);
    assertThat(receive(core, stray)).isEqualTo(Effects.NONE);
    assertThat(core.term()).isEqualTo(1);
  }

  @Test
  void secondLeaderOfATermStopsTheMember() {
    RaftCore core = member().log(1).follower();
    AppendRequest other = new AppendRequest(3, 1, 1, at(1, 1), List.of(), 0, 0);
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> receive(core, other))
        .withMessageContaining("both lead term 1");
    assertThatExceptionOfType(InvariantViolation.class)
        .as("it does not go on")
        .isThrownBy(() -> tick(core, 1));
  }

  @Test
  void committedEntriesAreNeverCut() {
    RaftCore core = member().log(1, 1, 1).commit(2).term(2).follower();
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> receive(core, append(2, at(1, 1), 0, entry(2, 2))))
        .withMessageContaining("committed");
  }

  @Test
  void malformedRequestStopsTheMember() {
    RaftCore core = member().log(1).follower();
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> receive(core, append(core, at(1, 1), entry(1, 3))));
  }

  @Test
  void restartHandsOutWhatTheStateMachineMissed() {
    RaftCore core = member().log(1, 1, 1, 1).commit(3).applied(1).start();
    assertThat(tick(core, 1).committed())
        .isEqualTo(new Committed(2, 4, List.of(entry(1, 2), entry(1, 3))));
  }

  @Test
  void stateMachineAheadOfTheLogIsRefusedAtTheStart() {
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> member().log(1).applied(2).start());
  }
}
