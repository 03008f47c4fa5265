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

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.TimeoutNow;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.membership.ConfigurationChange;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Changes of the membership (Raft paper, section 6; thesis, chapter 4), one input at a time. */
class MembershipStepTest {
  private static final byte[] CONTEXT = {7, 8};
  private static final Configuration WITH_LEARNER =
      new Configuration(List.of(1L, 2L, 3L), List.of(), List.of(4L));

  private static Effects change(RaftCore core, List<Long> voters, List<Long> learners) {
    ConfigurationChange target = new ConfigurationChange(voters, learners);
    return core.step(new Input.ChangeConfiguration(70, target, CONTEXT));
  }

  private static Entry config(long term, long index, Configuration configuration) {
    return new Entry(
        term, index, EntryType.CONFIG, new ConfigEntry(configuration, CONTEXT).encode());
  }

  private static void assertRefused(Effects effects, Rejection.Reason reason) {
    assertThat(effects.rejections())
        .containsExactly(new Rejection(Rejection.What.CONFIGURATION, 70, reason));
    assertThat(effects.persist()).isNull();
    assertThat(effects.activated()).isNull();
  }

  private static void persist(RaftCore core, Effects effects) {
    core.step(new Input.Persisted(effects.persist().write()));
  }

  // --- Who may change what, and when -------------------------------------------------------------

  @Test
  void onlyALeaderTakesAChange() {
    List<Long> voters = List.of(1L, 2L);
    assertRefused(
        change(member().log(1).follower(), voters, List.of()), Rejection.Reason.NOT_LEADER);
    assertRefused(
        change(member().log(1).candidate(), voters, List.of()), Rejection.Reason.NOT_LEADER);
  }

  /** Two leaders changed one server each, and their majorities did not overlap (thesis, 4.1). */
  @Test
  void noChangeBeforeAnEntryOfTheLeadersOwnTermIsCommitted() {
    RaftCore core = member().log(1).commit(1).freshLeader();
    assertRefused(change(core, List.of(1L, 2L), List.of()), Rejection.Reason.NOT_READY);
    core.step(new Input.Persisted(2));
    receive(core, accepted(core, 2, 2));
    assertThat(change(core, List.of(1L, 2L), List.of()).activated()).isNotNull();
  }

  @Test
  void oneChangeAtATime() {
    RaftCore core = member().log(1).leader();
    Effects first = change(core, List.of(1L, 2L, 3L), List.of(4L));
    assertRefused(change(core, List.of(1L, 2L), List.of()), Rejection.Reason.CHANGE_PENDING);
    persist(core, first);
    receive(core, accepted(core, 2, 3));
    Effects joint = change(core, List.of(1L, 2L), List.of());
    assertThat(joint.activated()).isNotNull();
    persist(core, joint);
    Effects last = receive(core, accepted(core, 2, 4));
    assertThat(core.configuration()).as("joint phase left").isEqualTo(of(1, 2));
    assertRefused(change(core, List.of(1L), List.of()), Rejection.Reason.CHANGE_PENDING);
    persist(core, last);
    receive(core, accepted(core, 2, 5));
    assertThat(change(core, List.of(1L), List.of()).activated()).isNotNull();
  }

  @Test
  void noChangeWhileLeadershipIsHandedOver() {
    RaftCore core = member().log(1).leader();
    propose(core, "a");
    core.step(new Input.Transfer(2));
    assertRefused(change(core, List.of(1L, 2L, 3L), List.of(4L)), Rejection.Reason.TRANSFERRING);
  }

  // --- Learners (thesis, 4.2.1)
  // --------------------------------------------------------------------

  @Test
  void learnersComeWithoutAJointPhase() {
    RaftCore core = member().log(1).leader();
    Effects effects = change(core, List.of(1L, 2L, 3L), List.of(4L));
    Entry entry = config(2, 3, WITH_LEARNER);
    assertThat(effects.activated()).isEqualTo(new ConfigEntry(WITH_LEARNER, CONTEXT));
    assertThat(effects.persist().entries()).containsExactly(entry);
    assertThat(effects.send())
        .as("the newcomer too hears of it at once")
        .containsExactly(
            new AppendRequest(1, 2, 2, at(2, 2), List.of(entry), 2, 0),
            new AppendRequest(1, 3, 2, at(2, 2), List.of(entry), 2, 0),
            new AppendRequest(1, 4, 2, at(2, 2), List.of(entry), 2, 0));
    persist(core, effects);
    receive(core, accepted(core, 4, 3));
    assertThat(core.commitIndex()).as("no say yet").isEqualTo(2);
  }

  @Test
  void newcomerIsBroughtUpFromTheBeginning() {
    RaftCore core = member().log(1).leader();
    change(core, List.of(1L, 2L, 3L), List.of(4L));
    Effects effects = receive(core, refused(core, 4, 2, LogPosition.ZERO));
    assertThat(effects.send())
        .containsExactly(
            new AppendRequest(
                1,
                4,
                2,
                LogPosition.ZERO,
                List.of(entry(1, 1), Entry.noop(2, 2), config(2, 3, WITH_LEARNER)),
                2,
                0));
  }

  @Test
  void learnerIsPromotedOnlyOnceCaughtUp() {
    RaftCore core = member().of(WITH_LEARNER).log(1).leader();
    for (long index = 3; index <= 20; index++) {
      persist(core, propose(core, "x"));
      receive(core, accepted(core, 2, index));
    }
    assertThat(core.commitIndex()).isEqualTo(20);
    List<Long> four = List.of(1L, 2L, 3L, 4L);
    receive(core, accepted(core, 4, 17));
    assertRefused(change(core, four, List.of()), Rejection.Reason.NOT_CAUGHT_UP);
    receive(core, accepted(core, 4, 18));
    assertThat(change(core, four, List.of()).activated().configuration())
        .isEqualTo(new Configuration(four, List.of(1L, 2L, 3L), List.of()));
  }

  @Test
  void strangerIsNotMadeAVoter() {
    RaftCore core = member().log(1).leader();
    assertRefused(change(core, List.of(1L, 2L, 3L, 4L), List.of()), Rejection.Reason.NOT_CAUGHT_UP);
  }

  @Test
  void learnerNeverCampaigns() {
    RaftCore core =
        member().of(new Configuration(List.of(2L, 3L), List.of(), List.of(1L))).log(1).follower();
    assertThat(tick(core, 100).send()).isEmpty();
    receive(core, new TimeoutNow(2, 1, core.term()));
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
  }

  /** It may not know yet that it has one (thesis, 4.2.1). */
  @Test
  void learnerVotesIfAsked() {
    RaftCore core =
        member().of(new Configuration(List.of(2L, 3L), List.of(), List.of(1L))).log(1).start();
    Effects effects = receive(core, new VoteRequest(3, 1, 4, false, at(1, 1), false));
    assertThat(effects.persist().sendAfter())
        .containsExactly(new VoteResponse(1, 3, 4, false, true));
  }

  // --- Joint consensus
  // -----------------------------------------------------------------------------

  private static Configuration of(long... ids) {
    return Configuration.of(java.util.stream.LongStream.of(ids).boxed().toList());
  }

  /** Leader 1 of {1, 2, 3} with caught-up learner 4, about to replace 3 by 4. */
  private static RaftCore replacing() {
    RaftCore core = member().of(WITH_LEARNER).log(1).leader();
    persist(core, change(core, List.of(1L, 2L, 4L), List.of()));
    return core;
  }

  @Test
  void decisionsNeedBothMajorities() {
    RaftCore core = replacing();
    assertThat(core.configuration())
        .isEqualTo(new Configuration(List.of(1L, 2L, 4L), List.of(1L, 2L, 3L), List.of()));
    receive(core, accepted(core, 3, 3));
    assertThat(core.commitIndex()).as("1, 3: a majority of the old one only").isEqualTo(2);
    receive(core, accepted(core, 4, 3));
    assertThat(core.commitIndex()).as("1, 3, 4: of both").isEqualTo(3);
  }

  @Test
  void jointPhaseEndsByItself() {
    RaftCore core = replacing();
    Effects effects = receive(core, accepted(core, 2, 3));
    assertThat(effects.activated()).isEqualTo(new ConfigEntry(of(1, 2, 4), CONTEXT));
    assertThat(effects.persist().entries()).containsExactly(config(2, 4, of(1, 2, 4)));
    assertThat(effects.send())
        .as("3 has left")
        .extracting(Message::to)
        .contains(2L)
        .doesNotContain(3L);
  }

  @Test
  void leaderElectedInAJointPhaseEndsIt() {
    Configuration joint = new Configuration(List.of(1L, 2L, 4L), List.of(1L, 2L, 3L), List.of());
    RaftCore core = member().log(1).term(2).follower();
    receive(core, append(2, at(1, 1), 1, config(2, 2, joint)));
    core.step(new Input.Persisted(1));
    Effects won = null;
    for (int i = 0; i < 10; i++) {
      tick(core, 1);
    }
    receive(core, new VoteResponse(3, 1, 3, true, true));
    assertThat(core.role()).as("3 is no majority of the new voters").isEqualTo(Role.PRE_CANDIDATE);
    Effects asks = receive(core, new VoteResponse(4, 1, 3, true, true));
    persist(core, asks);
    receive(core, new VoteResponse(3, 1, 3, false, true));
    won = receive(core, new VoteResponse(4, 1, 3, false, true));
    assertThat(core.role()).isEqualTo(Role.LEADER);
    persist(core, won);
    assertThat(core.configuration()).isEqualTo(joint);
    Effects committed = receive(core, accepted(core, 2, 3));
    assertThat(committed.activated().configuration()).isEqualTo(of(1, 2, 4));
    assertThat(committed.persist().entries()).containsExactly(config(3, 4, of(1, 2, 4)));
  }

  @Test
  void demotedVoterVotesUntilTheJointPhaseEnds() {
    RaftCore core = member().log(1).leader();
    Effects effects = change(core, List.of(1L, 2L), List.of(3L));
    assertThat(effects.activated().configuration())
        .isEqualTo(new Configuration(List.of(1L, 2L), List.of(1L, 2L, 3L), List.of(), List.of(3L)));
    persist(core, effects);
    receive(core, accepted(core, 2, 3));
    assertThat(core.configuration())
        .isEqualTo(new Configuration(List.of(1L, 2L), List.of(), List.of(3L)));
  }

  /** A late acknowledgement of a member removed and added again must not count (raft-rs 571). */
  @Test
  void progressOfAMemberThatLeftIsForgotten() {
    RaftCore core = member().of(WITH_LEARNER).log(1).leader();
    Effects gone = change(core, List.of(1L, 2L, 3L), List.of());
    persist(core, gone);
    receive(core, accepted(core, 2, 3));
    assertThat(receive(core, accepted(core, 4, 3))).as("a stranger now").isEqualTo(Effects.NONE);
    Effects back = change(core, List.of(1L, 2L, 3L), List.of(4L));
    assertThat(back.send().stream().filter(message -> message.to() == 4).toList())
        .containsExactly(
            new AppendRequest(1, 4, 2, at(2, 3), List.of(config(2, 4, WITH_LEARNER)), 3, 0));
    persist(core, back);
    receive(core, accepted(core, 2, 4));
    assertRefused(change(core, List.of(1L, 2L, 3L, 4L), List.of()), Rejection.Reason.NOT_CAUGHT_UP);
  }

  /** Reads must not wait for a round that nobody is left to return. */
  @Test
  void readsAreConfirmedByThoseWhoAreLeft() {
    RaftCore core = member().of(2).log(1).leader();
    persist(core, change(core, List.of(1L), List.of()));
    core.step(new Input.Read(5, 0));
    Effects left = receive(core, accepted(core, 2, 3));
    assertThat(core.configuration()).isEqualTo(of(1));
    assertThat(left.readsReady()).extracting(ReadReady::id).containsExactly(5L);
  }

  // --- The leader itself leaves (section 6; thesis, 4.2.2)
  // -----------------------------------------

  @Test
  void leaderThatLeavesLeadsUntilThenAndDoesNotCountItself() {
    RaftCore core = member().log(1).leader();
    persist(core, change(core, List.of(2L, 3L), List.of()));
    Effects last = receive(core, accepted(core, 2, 3));
    assertThat(core.commitIndex()).as("both old 1, 2; of new only 2").isEqualTo(2);
    last = receive(core, accepted(core, 3, 3));
    assertThat(core.configuration()).isEqualTo(of(2, 3));
    persist(core, last);
    receive(core, accepted(core, 2, 4));
    assertThat(core.commitIndex()).as("its own disk has no say").isEqualTo(3);
    assertThat(core.role()).isEqualTo(Role.LEADER);

    Effects done = receive(core, accepted(core, 3, 4));
    assertThat(core.commitIndex()).isEqualTo(4);
    assertThat(done.send()).contains(new TimeoutNow(1, 2, 2));
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    assertThat(tick(core, 100).send()).as("and stays out of it").isEmpty();
  }

  @Test
  void leaderThatLeavesStepsDownEvenIfNobodyIsReady() {
    RaftCore core = member().log(1).leader();
    persist(core, change(core, List.of(2L, 3L), List.of()));
    receive(core, accepted(core, 2, 3));
    persist(core, receive(core, accepted(core, 3, 3)));
    propose(core, "more");
    receive(core, accepted(core, 2, 4));
    receive(core, accepted(core, 3, 4));
    assertThat(core.role()).as("5 is missing everywhere").isEqualTo(Role.LEADER);
    assertThat(propose(core, "later").rejections())
        .containsExactly(new Rejection(Rejection.What.PROPOSAL, 1, Rejection.Reason.TRANSFERRING));
    tick(core, 10);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void leadershipIsNotHandedToAMemberThatLeaves() {
    RaftCore core = replacing();
    Effects effects = core.step(new Input.Transfer(3));
    assertThat(effects).isEqualTo(Effects.NONE);
    assertThat(propose(core, "a").rejections()).isEmpty();
  }

  // --- Followers
  // -----------------------------------------------------------------------------------

  /** Configurations are in force from the append on, committed or not. */
  @Test
  void followerActsOnAConfigurationAtOnce() {
    RaftCore core = member().log(1).term(2).follower();
    Effects effects = receive(core, append(2, at(1, 1), 0, config(2, 2, WITH_LEARNER)));
    assertThat(effects.activated()).isEqualTo(new ConfigEntry(WITH_LEARNER, CONTEXT));
    assertThat(core.configuration()).isEqualTo(WITH_LEARNER);
    assertThat(core.commitIndex()).isZero();
  }

  /** It was not (canonical/raft 354, zeebe 57393, scylladb 31158). */
  @Test
  void configurationFallsBackWithItsEntry() {
    RaftCore core = member().log(1).term(2).follower();
    receive(core, append(2, at(1, 1), 0, config(2, 2, WITH_LEARNER), entry(2, 3)));
    receive(core, append(2, at(2, 3), 0, config(2, 4, of(1, 2))));
    Effects effects = receive(core, append(3, at(2, 3), 0, entry(3, 4)));
    assertThat(effects.activated().configuration()).isEqualTo(WITH_LEARNER);
    effects = receive(core, append(4, at(1, 1), 0, entry(4, 2)));
    assertThat(effects.activated().configuration()).isEqualTo(of(1, 2, 3));
    assertThat(core.configuration()).isEqualTo(of(1, 2, 3));
  }

  @Test
  void configurationIsFoundAgainAfterARestart() {
    MemberDisk disk = new MemberDisk();
    disk.write(
        new PersistBatch(
            1,
            new HardState(2, 0, 0),
            List.of(config(2, 1, WITH_LEARNER), entry(2, 2), config(2, 3, of(1, 2)), entry(2, 4)),
            List.of(),
            true));
    RaftCore core =
        new RaftCore(CoreConfig.defaults(1, of(1, 2, 3)), disk.restored(1), 0, new FixedRandom(0));
    assertThat(core.configuration()).isEqualTo(of(1, 2));
    receive(core, append(3, at(2, 2), 0, entry(3, 3)));
    assertThat(core.configuration()).isEqualTo(WITH_LEARNER);
  }

  @Test
  void memberThatWasRemovedDoesNotCampaign() {
    RaftCore core = member().log(1).term(2).follower();
    receive(core, append(2, at(1, 1), 2, config(2, 2, of(2, 3))));
    core.step(new Input.Persisted(1));
    assertThat(tick(core, 100).send()).isEmpty();
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
  }

  /** Until its removal is committed it may have the only log that can win (thesis, 4.2.2). */
  @Test
  void memberThatIsBeingRemovedCampaignsWithoutCountingItself() {
    RaftCore core = member().log(1).term(2).follower();
    receive(core, append(2, at(1, 1), 1, config(2, 2, of(2, 3))));
    core.step(new Input.Persisted(1));
    assertThat(tick(core, 10).send())
        .containsExactly(
            new VoteRequest(1, 2, 3, true, at(2, 2), false),
            new VoteRequest(1, 3, 3, true, at(2, 2), false));
    receive(core, new VoteResponse(2, 1, 3, true, true));
    assertThat(core.role()).as("2 is one of two").isEqualTo(Role.PRE_CANDIDATE);
    receive(core, new VoteResponse(3, 1, 3, true, true));
    assertThat(core.role()).isEqualTo(Role.CANDIDATE);
  }

  /** A voter that nobody has to wait for waits for nobody; that ends when others come. */
  @Test
  void memberThatWasAloneWaitsForOthersOnceThereAreSome() {
    RaftCore core = member().of(1).log(1).term(2).start();
    receive(core, append(2, at(1, 1), 1, config(2, 2, of(1, 2, 3))));
    tick(core, 9);
    assertThat(core.role()).isEqualTo(Role.FOLLOWER);
  }

  // --- The first configuration
  // -----------------------------------------------------------------------

  @Test
  void firstLeaderPutsTheConfigurationIntoTheLog() {
    CoreConfig three =
        CoreConfig.defaults(1, of(1, 2, 3)).withConfigurationContext(CONTEXT.clone());
    RaftCore core = new RaftCore(three, RestoredLog.EMPTY, 0, new FixedRandom(0));
    tick(core, 10);
    Effects effects = receive(core, new VoteResponse(2, 1, 1, true, true));
    persist(core, effects);
    Effects won = receive(core, new VoteResponse(2, 1, 1, false, true));
    Entry first = config(1, 2, of(1, 2, 3));
    assertThat(won.persist().entries()).containsExactly(Entry.noop(1, 1), first);
  }

  @Test
  void laterLeadersDoNot() {
    RaftCore core = member().log(1).freshLeader();
    assertThat(core.lastIndex()).isEqualTo(2);
  }

  @Test
  void entryThatCannotBeReadStopsTheMember() {
    RaftCore core = member().log(1).term(2).follower();
    org.assertj.core.api.Assertions.assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(
            () ->
                receive(
                    core,
                    append(2, at(1, 1), 0, new Entry(2, 2, EntryType.CONFIG, new byte[] {9}))))
        .withMessageContaining("version 9");
  }
}
