package io.kelson.raft.core;

import static io.kelson.raft.core.MemberFixture.accepted;
import static io.kelson.raft.core.MemberFixture.append;
import static io.kelson.raft.core.MemberFixture.at;
import static io.kelson.raft.core.MemberFixture.entry;
import static io.kelson.raft.core.MemberFixture.member;
import static io.kelson.raft.core.MemberFixture.propose;
import static io.kelson.raft.core.MemberFixture.receive;
import static io.kelson.raft.core.MemberFixture.refused;
import static io.kelson.raft.core.MemberFixture.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cutting the log, asking for snapshots, and putting one in the place of log and state. */
class SnapshotStepTest {
  private static final ConfigEntry THREE = ConfigEntry.of(Configuration.of(List.of(1L, 2L, 3L)));

  // --- Cutting -------------------------------------------------------------------------------

  @Test
  void logIsCutUpToTheIndexGiven() {
    RaftCore core = member().log(1, 1, 2, 2).applied(4).start();
    Effects effects = core.step(new Input.Compact(3));
    assertThat(effects.cut()).isEqualTo(at(2, 3));
    assertThat(core.base()).isEqualTo(at(2, 3));
    assertThat(core.recentEntries()).containsExactly(entry(2, 4));
    assertThat(core.lastPosition()).isEqualTo(at(2, 4));
    assertThat(core.step(new Input.Compact(3))).as("again").isEqualTo(Effects.NONE);
    assertThat(core.step(new Input.Compact(2))).as("earlier").isEqualTo(Effects.NONE);
  }

  @Test
  void whatIsNotAppliedIsNotCut() {
    RaftCore core = member().log(1, 1, 1, 1).commit(4).applied(2).start();
    core.step(new Input.Tick(0));
    assertThat(core.step(new Input.Compact(4)).cut()).isEqualTo(at(1, 2));
    core.step(new Input.Applied(4));
    assertThat(core.step(new Input.Compact(4)).cut()).isEqualTo(at(1, 4));
    assertThat(core.recentEntries()).isEmpty();
    assertThat(core.lastPosition()).isEqualTo(at(1, 4));
  }

  @Test
  void termsOfACutLogAreStillKnown() {
    TermRuns runs =
        new TermRuns(
            LogPosition.ZERO, 9, List.of(new TermRun(1, 1), new TermRun(3, 4), new TermRun(5, 8)));
    runs.cut(at(3, 5));
    assertThat(runs.base()).isEqualTo(at(3, 5));
    assertThat(runs.toList()).containsExactly(new TermRun(3, 6), new TermRun(5, 8));
    assertThat(runs.termAt(5)).isEqualTo(3);
    runs.cut(at(3, 7));
    assertThat(runs.toList()).containsExactly(new TermRun(5, 8));
    assertThat(runs.latestNotAbove(9, 4)).isEqualTo(at(3, 7));
    runs.cut(at(5, 9));
    assertThat(runs.toList()).isEmpty();
    assertThat(runs.lastPosition()).isEqualTo(at(5, 9));
    runs.append(5, 10);
    assertThat(runs.toList()).containsExactly(new TermRun(5, 10));
  }

  // --- A leader whose follower is behind -------------------------------------------------------

  /** A leader in term 2 with a log that begins after 1/3 and ends with its own entry 2/5. */
  private static RaftCore leaderCutAtThree() {
    RaftCore core = member().log(1, 1, 1, 1).applied(3).freshLeader();
    core.step(new Input.Persisted(2));
    receive(core, accepted(core, 2, 5));
    core.step(new Input.Compact(3));
    return core;
  }

  @Test
  void followerBehindTheBaseGetsASnapshotOnce() {
    RaftCore core = leaderCutAtThree();
    Effects effects = receive(core, refused(core, 3, 4, at(1, 1)));
    assertThat(effects.snapshots()).containsExactly(new SnapshotRequest(3, 2));
    assertThat(effects.send()).isEmpty();

    assertThat(receive(core, refused(core, 3, 4, at(1, 1))).snapshots()).isEmpty();
    assertThat(receive(core, accepted(core, 3, 1)).snapshots()).isEmpty();
    assertThat(propose(core, "a").send()).extracting(Message::to).containsExactly(2L);
  }

  @Test
  void silentFollowerIsAskedBeforeItGetsASnapshot() {
    RaftCore core = leaderCutAtThree();
    core.step(new Input.Applied(5));
    assertThat(core.step(new Input.Compact(5)).snapshots()).as("nobody is there").isEmpty();
    assertThat(receive(core, refused(core, 3, 5, at(1, 1))).snapshots())
        .containsExactly(new SnapshotRequest(3, 2));
  }

  @Test
  void followerThatIsThereGetsASnapshotAsSoonAsTheLogIsCut() {
    RaftCore core = leaderCutAtThree();
    receive(core, refused(core, 3, 4, at(1, 3)));
    core.step(new Input.Applied(5));
    assertThat(core.step(new Input.Compact(5)).snapshots())
        .containsExactly(new SnapshotRequest(3, 2));
  }

  @Test
  void heartbeatsGoOnWhileASnapshotIsOnItsWay() {
    RaftCore core = leaderCutAtThree();
    receive(core, refused(core, 3, 4, LogPosition.ZERO));
    assertThat(tick(core, 3).send())
        .contains(new AppendRequest(1, 3, 2, LogPosition.ZERO, List.of(), 5, 0));
  }

  @Test
  void followerAtTheBaseNeedsNoSnapshot() {
    RaftCore core = leaderCutAtThree();
    Effects effects = receive(core, refused(core, 3, 4, at(1, 3)));
    assertThat(effects.snapshots()).isEmpty();
    assertThat(effects.send())
        .containsExactly(
            new AppendRequest(1, 3, 2, at(1, 3), List.of(entry(1, 4), Entry.noop(2, 5)), 5, 0));
  }

  @Test
  void replicationGoesOnBehindTheSnapshot() {
    RaftCore core = leaderCutAtThree();
    receive(core, refused(core, 3, 4, LogPosition.ZERO));
    Effects effects = core.step(new Input.SnapshotShipped(3, at(1, 4)));
    assertThat(effects.send())
        .containsExactly(new AppendRequest(1, 3, 2, at(1, 4), List.of(Entry.noop(2, 5)), 5, 0));
    assertThat(core.step(new Input.SnapshotShipped(3, at(1, 4)))).isEqualTo(Effects.NONE);
  }

  /** Else a follower would stay unknown until something new is proposed. */
  @Test
  void snapshotThatCoversTheWholeLogIsAskedAbout() {
    RaftCore core = leaderCutAtThree();
    receive(core, refused(core, 3, 4, LogPosition.ZERO));
    Effects effects = core.step(new Input.SnapshotShipped(3, at(2, 5)));
    assertThat(effects.send())
        .containsExactly(new AppendRequest(1, 3, 2, at(2, 5), List.of(), 5, 0));
    receive(core, accepted(core, 3, 5));
    assertThat(propose(core, "a", "b").send()).extracting(Message::to).containsExactly(2L, 3L);
  }

  /** Received is not durable: an installation may still be undone by a crash. */
  @Test
  void shippedSnapshotIsNoAcknowledgement() {
    RaftCore core = member().log(1, 1, 1, 1).applied(3).freshLeader();
    core.step(new Input.Persisted(2));
    core.step(new Input.Compact(3));
    receive(core, refused(core, 3, 4, LogPosition.ZERO));
    core.step(new Input.SnapshotShipped(3, at(2, 5)));
    assertThat(core.commitIndex()).isEqualTo(3);
  }

  @Test
  void failedSnapshotIsAskedForAgainByAMemberThatIsThere() {
    RaftCore core = leaderCutAtThree();
    receive(core, refused(core, 3, 4, LogPosition.ZERO));
    core.step(new Input.SnapshotShipped(3, null));
    receive(core, accepted(core, 2, 5));
    Effects probe = Effects.NONE;
    for (int i = 0; i < 10; i++) {
      receive(core, accepted(core, 2, 5));
      Effects each = tick(core, 1);
      assertThat(each.snapshots()).isEmpty();
      probe = each.send().stream().anyMatch(SnapshotStepTest::asksAtTheBase) ? each : probe;
    }
    assertThat(probe.send()).as("is it still needed?").anyMatch(SnapshotStepTest::asksAtTheBase);
    assertThat(receive(core, refused(core, 3, 3, LogPosition.ZERO)).snapshots())
        .containsExactly(new SnapshotRequest(3, 2));
  }

  private static boolean asksAtTheBase(Message message) {
    return message.to() == 3
        && message instanceof AppendRequest request
        && request.prev().equals(at(1, 3));
  }

  @Test
  void pipelineThatWasCutAwayEndsInASnapshot() {
    RaftCore core = member().log(1).maxInflightMessages(1).leader();
    for (long index = 3; index <= 5; index++) {
      core.step(new Input.Persisted(propose(core, "a").persist().write()));
      receive(core, accepted(core, 2, index));
      core.step(new Input.Applied(index));
    }
    Effects effects = core.step(new Input.Compact(5));
    assertThat(effects.snapshots()).containsExactly(new SnapshotRequest(3, 2));
    assertThat(receive(core, accepted(core, 3, 3)).snapshots()).as("not enough").isEmpty();
    assertThat(receive(core, accepted(core, 3, 5)).snapshots()).isEmpty();
    assertThat(propose(core, "b").send())
        .as("it had all of it after all")
        .extracting(Message::to)
        .contains(3L);
  }

  // --- A member that receives one --------------------------------------------------------------

  private static Input.SnapshotReceived snapshot(long term, LogPosition position) {
    return new Input.SnapshotReceived(2, term, position, THREE);
  }

  @Test
  void snapshotAheadTakesThePlaceOfTheLog() {
    RaftCore core = member().log(1, 1).term(2).follower();
    Effects effects = core.step(snapshot(2, at(2, 9)));
    assertThat(effects.install()).isEqualTo(new SnapshotInstall(at(2, 9), new HardState(2, 0, 9)));
    assertThat(effects.persist()).isNull();
    assertThat(core.isInstalling()).isTrue();
    assertThat(core.base()).isEqualTo(at(2, 9));
    assertThat(core.lastPosition()).isEqualTo(at(2, 9));
    assertThat(core.commitIndex()).isEqualTo(9);

    assertThat(core.step(new Input.SnapshotInstalled(at(2, 9)))).isEqualTo(Effects.NONE);
    Effects next = receive(core, append(2, at(2, 9), 10, entry(2, 10)));
    assertThat(next.persist().entries()).containsExactly(entry(2, 10));
    assertThat(core.step(new Input.Persisted(next.persist().write())).committed())
        .isEqualTo(new Committed(10, 11, List.of(entry(2, 10))));
  }

  /** The old log takes the term, and must not be told of a commit index it does not reach. */
  @Test
  void newTermIsWrittenBeforeTheInstallation() {
    RaftCore core = member().log(1, 1).commit(1).start();
    Effects effects = core.step(snapshot(4, at(3, 9)));
    assertThat(effects.persist())
        .isEqualTo(new PersistBatch(1, new HardState(4, 0, 1), List.of(), List.of(), true));
    assertThat(effects.install()).isEqualTo(new SnapshotInstall(at(3, 9), new HardState(4, 0, 9)));
  }

  @Test
  void nothingIsWrittenOrPromisedDuringTheInstallation() {
    RaftCore core = member().log(1, 1).term(2).follower();
    core.step(snapshot(2, at(2, 9)));
    Effects heartbeat = receive(core, append(2, at(2, 9), 10, entry(2, 10)));
    assertThat(heartbeat.persist()).isNull();
    assertThat(heartbeat.send())
        .as("alive, and with nothing to show")
        .containsExactly(new AppendResponse(1, 2, 2, true, 0, LogPosition.ZERO, 0));

    tick(core, 10);
    Effects vote = receive(core, new VoteRequest(3, 1, 3, false, at(2, 12), false));
    assertThat(vote.send()).isEmpty();
    assertThat(vote.persist()).isNull();

    Effects after = core.step(new Input.SnapshotInstalled(at(2, 9)));
    assertThat(after.persist())
        .isEqualTo(
            new PersistBatch(
                1,
                new HardState(3, 3, 9),
                List.of(),
                List.of(new VoteResponse(1, 3, 3, false, true)),
                true));
  }

  @Test
  void memberBeingInstalledDoesNotCampaign() {
    RaftCore core = member().log(1, 1).term(2).follower();
    core.step(snapshot(2, at(2, 9)));
    assertThat(tick(core, 50).send()).isEmpty();
    receive(core, new Message.TimeoutNow(2, 1, 2));
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    core.step(new Input.SnapshotInstalled(at(2, 9)));
    tick(core, 1);
    assertThat(core.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void candidateGivesWayToASnapshot() {
    RaftCore core = member().log(1).candidate();
    Effects effects = core.step(snapshot(core.term(), at(1, 9)));
    assertThat(effects.install()).isNotNull();
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    assertThat(core.vote()).isEqualTo(1);
  }

  @Test
  void writesUnderWaySayNothingOfTheNewLog() {
    RaftCore core = member().log(1).term(2).follower();
    long write = receive(core, append(2, at(1, 1), 1, entry(2, 2), entry(2, 3))).persist().write();
    core.step(snapshot(3, at(3, 2)));
    core.step(new Input.Persisted(write));
    assertThat(core.durableIndex()).isEqualTo(2);
    core.step(new Input.SnapshotInstalled(at(3, 2)));
    assertThat(core.durableIndex()).isEqualTo(2);
  }

  @Test
  void appliesUnderWayAreNewsNoMore() {
    RaftCore core = member().log(1, 1, 1).commit(3).start();
    core.step(new Input.Tick(0));
    core.step(snapshot(2, at(2, 9)));
    core.step(new Input.Applied(3));
    assertThat(core.appliedIndex()).isEqualTo(9);
  }

  @Test
  void secondSnapshotWaitsForTheFirst() {
    RaftCore core = member().log(1).term(2).follower();
    core.step(snapshot(2, at(2, 9)));
    assertThat(core.step(snapshot(2, at(2, 12))).install()).isNull();
    core.step(new Input.SnapshotInstalled(at(2, 9)));
    assertThat(core.step(snapshot(2, at(2, 12))).install()).isNotNull();
  }

  @Test
  void installationNobodyAskedForStopsTheMember() {
    RaftCore core = member().log(1).follower();
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> core.step(new Input.SnapshotInstalled(at(2, 9))))
        .withMessageContaining("asked for was null");
  }

  /** It is committed state; who leads now may take minutes to ship another one. */
  @Test
  void snapshotOfAnEarlierTermIsStillGood() {
    RaftCore core = member().log(1).term(7).start();
    Effects effects = core.step(snapshot(4, at(3, 9)));
    assertThat(effects.install()).isEqualTo(new SnapshotInstall(at(3, 9), new HardState(7, 0, 9)));
    assertThat(core.leader()).as("its sender leads no more").isZero();
  }

  /** Its sender was asked in term 2, and was a follower in term 7 when it was made. */
  @Test
  void snapshotBringsTheTermOfWhatItHolds() {
    RaftCore core = member().log(1).term(2).follower();
    Effects effects = core.step(snapshot(2, at(7, 9)));
    assertThat(core.term()).isEqualTo(7);
    assertThat(effects.persist().hardState()).isEqualTo(new HardState(7, 0, 0));
    assertThat(effects.install()).isEqualTo(new SnapshotInstall(at(7, 9), new HardState(7, 0, 9)));
  }

  /** A late older snapshot cut the newer log (zeebe 6092). */
  @Test
  void lateOlderSnapshotUndoesNothing() {
    RaftCore core = member().log(1, 1, 1, 1).applied(3).follower();
    assertThat(core.step(snapshot(1, at(1, 2)))).isEqualTo(Effects.NONE);
    assertThat(core.step(snapshot(1, at(1, 3)))).as("just as far").isEqualTo(Effects.NONE);
    assertThat(core.lastIndex()).isEqualTo(4);
    assertThat(core.base()).isEqualTo(LogPosition.ZERO);
  }

  /** The entries behind it may already be counted on. */
  @Test
  void snapshotOfWhatTheLogHoldsOnlyCommits() {
    RaftCore core = member().log(1, 1, 1, 1).follower();
    Effects effects = core.step(snapshot(1, at(1, 3)));
    assertThat(effects.install()).isNull();
    assertThat(core.commitIndex()).isEqualTo(3);
    assertThat(core.lastIndex()).isEqualTo(4);
    assertThat(effects.committed().hi()).isEqualTo(4);
  }

  /** A conflicting entry was left at the snapshot's index (hashicorp/raft 704). */
  @Test
  void conflictAtTheSnapshotsIndexIsGone() {
    RaftCore core = member().log(1, 2, 2, 2, 2).term(4).follower();
    assertThat(core.step(snapshot(4, at(3, 4))).install()).isNotNull();
    core.step(new Input.SnapshotInstalled(at(3, 4)));
    Effects effects = receive(core, append(4, at(3, 4), 4, entry(4, 5)));
    assertThat(effects.persist().entries()).containsExactly(entry(4, 5));
    assertThat(effects.persist().sendAfter())
        .containsExactly(new AppendResponse(1, 2, 4, true, 5, LogPosition.ZERO, 0));
  }

  /** What precedes the first entry was only in the snapshot (MicroRaft d300e13). */
  @Test
  void entryBeforeTheFirstIsKnownFromTheBase() {
    MemberDisk disk = new MemberDisk();
    disk.reset(new SnapshotInstall(at(3, 9), new HardState(3, 0, 9)), THREE);
    CoreConfig config = CoreConfig.defaults(1, THREE.configuration());
    RaftCore core = new RaftCore(config, disk.restored(10), 9, new FixedRandom(0));
    assertThat(receive(core, append(4, at(3, 9), 9, entry(4, 10))).persist().entries())
        .containsExactly(entry(4, 10));
    assertThat(core.termAt(9)).isEqualTo(3);
  }

  /** Configurations of a log since replaced survived in it (scylladb 9551, openraft 1808). */
  @Test
  void configurationOfTheSnapshotReplacesLaterOnes() {
    RaftCore core = member().log(1).term(2).follower();
    ConfigEntry phantom = ConfigEntry.of(Configuration.of(List.of(1L, 2L)));
    receive(core, append(2, at(1, 1), 1, new Entry(2, 2, EntryType.CONFIG, phantom.encode())));
    assertThat(core.configuration()).isEqualTo(phantom.configuration());

    Effects effects = core.step(snapshot(3, at(3, 2)));
    assertThat(effects.activated()).isEqualTo(THREE);
    assertThat(core.configEntry()).isEqualTo(THREE);
    assertThat(core.configIndex()).isEqualTo(2);
  }

  @Test
  void configurationOutlivesItsEntry() {
    RaftCore core = member().log(1).term(2).follower();
    ConfigEntry five = ConfigEntry.of(Configuration.of(List.of(1L, 2L, 3L, 4L, 5L)));
    Entry entry = new Entry(2, 2, EntryType.CONFIG, five.encode());
    core.step(new Input.Persisted(receive(core, append(2, at(1, 1), 2, entry)).persist().write()));
    core.step(new Input.Applied(2));
    assertThat(core.step(new Input.Compact(2)).activated()).as("as before").isNull();
    assertThat(core.configEntry()).isEqualTo(five);
    assertThat(core.configIndex()).isEqualTo(2);
  }
}
