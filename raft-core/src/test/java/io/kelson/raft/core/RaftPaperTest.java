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
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.TimeoutNow;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the Raft paper (Ongaro and Ousterhout, extended version) and Ongaro's thesis ask for, one
 * test per rule, grouped by section; each rule in our words.
 */
class RaftPaperTest {
  private static Stream<Supplier<RaftCore>> everyRole() {
    return Stream.of(
        () -> member().log(1).follower(),
        () -> member().log(1).preCandidate(),
        () -> member().log(1).candidate(),
        () -> member().log(1).leader());
  }

  @Nested
  class Section51Basics {
    /** A member whose term is out of date takes over the larger one, and a leader steps down. */
    @Test
    void largerTermIsTakenOver() {
      everyRole()
          .forEach(
              role -> {
                RaftCore core = role.get();
                receive(core, append(40, at(1, 1), 0));
                assertThat(core.term()).isEqualTo(40);
                assertThat(core.role()).isEqualTo(Role.FOLLOWER);
                assertThat(core.vote()).isZero();
              });
    }

    /** A request with an old term is refused. */
    @Test
    void requestsOfAnOldTermAreRefused() {
      everyRole()
          .forEach(
              role -> {
                RaftCore core = role.get();
                receive(core, append(40, at(1, 1), 0));
                core.step(new Input.Persisted(core.writes().next() - 1));
                AppendRequest old = append(39, at(1, 1), 0, entry(39, 2));
                assertThat(receive(core, old).send())
                    .singleElement()
                    .satisfies(
                        m -> {
                          assertThat(((AppendResponse) m).success()).isFalse();
                          assertThat(m.term()).isEqualTo(40);
                        });
                VoteRequest oldVote = new VoteRequest(3, 1, 39, false, at(99, 99), false);
                assertThat(receive(core, oldVote).send())
                    .containsExactly(new VoteResponse(1, 3, 40, false, false));
              });
    }
  }

  @Nested
  class Section52LeaderElection {
    /** Members start as followers. */
    @Test
    void startAsFollower() {
      assertThat(member().log(1, 2).start().role()).isEqualTo(Role.FOLLOWER);
    }

    /** A follower stays one as long as it hears from a leader. */
    @Test
    void heartbeatsKeepAFollower() {
      RaftCore core = member().log(1).follower();
      for (int i = 0; i < 20; i++) {
        tick(core, 9);
        receive(core, append(core, at(1, 1)));
      }
      assertThat(core.role()).isEqualTo(Role.FOLLOWER);
      assertThat(core.term()).isEqualTo(1);
    }

    /** A leader sends heartbeats to everybody, periodically, to keep its authority. */
    @Test
    void leaderSendsHeartbeats() {
      RaftCore core = member().of(5).log(1).leader();
      assertThat(tick(core, 2)).isEqualTo(Effects.NONE);
      assertThat(tick(core, 1).send())
          .extracting(Message::to, m -> ((AppendRequest) m).entries().size())
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(2L, 0),
              org.assertj.core.groups.Tuple.tuple(3L, 0),
              org.assertj.core.groups.Tuple.tuple(4L, 0),
              org.assertj.core.groups.Tuple.tuple(5L, 0));
    }

    /** To begin an election a member increments its term, votes for itself, and asks the others. */
    @Test
    void campaignIncrementsTheTermAndVotesForItself() {
      RaftCore core = member().log(1).term(6).candidate();
      assertThat(core.term()).isEqualTo(7);
      assertThat(core.vote()).isEqualTo(1);
    }

    /** A candidate wins with the votes of a majority of the full cluster. */
    @ParameterizedTest(name = "{1} votes of {0}, refusals {2}: {3}")
    @CsvSource({
      "1, 1, 0, LEADER",
      "3, 1, 0, CANDIDATE",
      "3, 2, 0, LEADER",
      "3, 1, 2, FOLLOWER",
      "4, 2, 0, CANDIDATE",
      "4, 3, 0, LEADER",
      "4, 2, 2, FOLLOWER",
      "5, 2, 2, CANDIDATE",
      "5, 3, 0, LEADER",
      "5, 2, 3, FOLLOWER",
    })
    void majorityOfTheFullClusterWins(int size, int votes, int refusals, Role outcome) {
      RaftCore core = size == 1 ? member().of(1).start() : member().of(size).candidate();
      if (size == 1) {
        core.step(new Input.Persisted(tick(core, 1).persist().write()));
      }
      for (long id = 2; id <= votes; id++) {
        receive(core, new VoteResponse(id, 1, 1, false, true));
      }
      for (long id = votes + 1; id <= votes + refusals; id++) {
        receive(core, new VoteResponse(id, 1, 1, false, false));
      }
      assertThat(core.role()).isEqualTo(outcome);
    }

    /** A member votes for at most one candidate in a term, first come first served. */
    @Test
    void firstComeFirstServed() {
      RaftCore core = member().log(1).start();
      receive(core, new VoteRequest(3, 1, 2, false, at(1, 1), false));
      core.step(new Input.Persisted(1));
      assertThat(receive(core, new VoteRequest(2, 1, 2, false, at(1, 1), false)).send())
          .containsExactly(new VoteResponse(1, 2, 2, false, false));
    }

    /** A candidate that hears of a leader of its own or a later term gives way. */
    @Test
    void candidateGivesWayToALeader() {
      for (long later : new long[] {0, 1, 5}) {
        RaftCore core = member().log(1).candidate();
        receive(core, append(core.term() + later, at(1, 1), 0));
        assertThat(core.role()).isEqualTo(Role.FOLLOWER);
        assertThat(core.leader()).isEqualTo(2);
      }
    }

    /** A candidate that hears of a leader of an earlier term refuses and goes on. */
    @Test
    void candidateRefusesAnEarlierLeader() {
      RaftCore core = member().log(1).candidate();
      receive(core, append(core.term() - 1, at(1, 1), 0));
      assertThat(core.role()).isEqualTo(Role.CANDIDATE);
    }

    /** Election timeouts are random, drawn anew each time, so that split votes are rare. */
    @Test
    void timeoutsAreSpreadOverOneElectionTimeout() {
      TreeSet<Integer> seen = new TreeSet<>();
      Random random = new Random(4);
      for (int i = 0; i < 300; i++) {
        RaftCore core = member().log(1, 2).random(random).follower();
        int ticks = 0;
        while (core.role() == Role.FOLLOWER) {
          tick(core, 1);
          ticks++;
        }
        seen.add(ticks);
      }
      assertThat(seen).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    }
  }

  @Nested
  class Section53LogReplication {
    /** A request names the entry just before the new ones; without it they are refused. */
    @ParameterizedTest(name = "prev {0}/{1}: {2}")
    @CsvSource({
      "0, 0, true",
      "1, 1, true",
      "2, 2, true",
      "1, 2, false",
      "3, 2, false",
      "2, 3, false"
    })
    void consistencyCheck(long prevTerm, long prevIndex, boolean holds) {
      RaftCore core = member().log(1, 2).term(3).follower();
      Effects effects = receive(core, append(3, at(prevTerm, prevIndex), 0));
      assertThat(((AppendResponse) effects.send().get(0)).success()).isEqualTo(holds);
    }

    /** After a request a follower's log equals the leader's up to the end of it (figure 7). */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
      "1 1 1 4 4 5 5 6 6",
      "1 1 1 4",
      "1 1 1 4 4 5 5 6 6 6 6",
      "1 1 1 4 4 5 5 6 6 6 7 7",
      "1 1 1 4 4 4 4",
      "1 1 1 2 2 2 3 3 3 3 3",
    })
    void figureSevenLogsComeToAgree(String terms) {
      long[] leaderTerms = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
      TestCluster cluster = new TestCluster(3, TestCluster.smallConfig(), null);
      seed(cluster, 1, leaderTerms);
      seed(cluster, 3, leaderTerms);
      seed(cluster, 2, Stream.of(terms.split(" ")).mapToLong(Long::parseLong).toArray());

      cluster.elect(1);

      assertThat(cluster.members.get(2L).disk.entries())
          .isEqualTo(cluster.members.get(1L).disk.entries());
      assertThat(cluster.members.get(2L).applied).hasSize(11);
    }

    private void seed(TestCluster cluster, long id, long... terms) {
      cluster.crash(id);
      HardState state = new HardState(7, 9, 0);
      cluster
          .members
          .get(id)
          .disk
          .write(new PersistBatch(1, state, MemberFixture.entries(1, terms), List.of(), true));
      cluster.start(id);
    }

    /** A leader never overwrites or deletes entries of its own log. */
    @Test
    void leaderOnlyAppends() {
      RaftCore core = member().log(1, 1).leader();
      List<Entry> before = core.recentEntries();
      receive(core, refused(core, 2, 3, at(1, 1)));
      receive(core, new VoteResponse(3, 1, 2, false, false));
      propose(core, "a");
      assertThat(core.recentEntries()).startsWith(before.toArray(Entry[]::new)).hasSize(4);
    }

    /** An entry is committed once a majority holds it, and with it all before. */
    @Test
    void majorityCommits() {
      RaftCore core = member().of(5).log(1).leader();
      propose(core, "a", "b");
      core.step(new Input.Persisted(3));
      receive(core, accepted(core, 2, 4));
      assertThat(core.commitIndex()).isEqualTo(2);
      receive(core, accepted(core, 3, 3));
      assertThat(core.commitIndex()).isEqualTo(3);
      receive(core, accepted(core, 4, 4));
      assertThat(core.commitIndex()).isEqualTo(4);
    }

    /** Later requests carry the commit index, and followers apply in log order. */
    @Test
    void followersLearnOfCommitmentAndApplyInOrder() {
      TestCluster cluster = new TestCluster(3, TestCluster.smallConfig(), null);
      cluster.elect(1);
      cluster.propose(1, "a", "b");
      cluster.propose(1, "c");
      cluster.stabilize();
      for (TestCluster.Member each : cluster.members.values()) {
        assertThat(each.applied).hasSize(4).isEqualTo(cluster.members.get(1L).applied);
      }
    }

    /** A refusal makes the leader try an earlier place until the logs agree. */
    @Test
    void refusalLeadsToAnEarlierTry() {
      RaftCore core = member().log(1, 1, 1).freshLeader();
      AppendRequest retry =
          (AppendRequest) receive(core, refused(core, 2, 3, at(1, 1))).send().get(0);
      assertThat(retry.prev()).isEqualTo(at(1, 1));
      assertThat(retry.entries()).hasSize(3);
    }
  }

  @Nested
  class Section54Safety {
    /** A voter refuses a candidate whose log is less up-to-date: by last term, then by length. */
    @ParameterizedTest(name = "own log {0}, candidate at {1}/{2}: {3}")
    @CsvSource({
      "1, 1, 1, true",
      "1, 1, 2, true",
      "1, 2, 1, true",
      "2, 1, 5, false",
      "1 1, 1, 1, false",
      "1 2, 2, 1, false",
      "1 2, 2, 2, true",
      "1 2, 3, 1, true",
    })
    void voterComparesLogs(String own, long term, long index, boolean granted) {
      long[] terms = Stream.of(own.split(" ")).mapToLong(Long::parseLong).toArray();
      RaftCore core = member().log(terms).start();
      Effects effects = receive(core, new VoteRequest(2, 1, 9, false, at(term, index), false));
      assertThat(effects.persist().sendAfter())
          .containsExactly(new VoteResponse(1, 2, 9, false, granted));
    }

    /** Only entries of the leader's own term are committed by counting (5.4.2). */
    @Test
    void onlyOwnTermIsCommittedByCounting() {
      RaftCore core = member().log(1, 2).freshLeader();
      core.step(new Input.Persisted(2));
      receive(core, accepted(core, 2, 2));
      assertThat(core.commitIndex()).isZero();
      receive(core, accepted(core, 2, 3));
      assertThat(core.commitIndex()).isEqualTo(3);
    }
  }

  @Nested
  class Section8ClientInteraction {
    /** A leader commits an entry without content at the start of its term. */
    @Test
    void termBeginsWithAnEmptyEntry() {
      RaftCore core = member().log(1).freshLeader();
      assertThat(core.recentEntries()).last().isEqualTo(Entry.noop(2, 2));
    }

    /** Before it answers a read the leader hears from a majority that it was not replaced. */
    @Test
    void readNeedsAMajority() {
      RaftCore core = member().of(5).log(1).leader();
      core.step(new Input.Read(1, 0));
      assertThat(receive(core, accepted(core, 2, 2, 1)).readsReady()).isEmpty();
      assertThat(receive(core, accepted(core, 3, 2, 1)).readsReady()).hasSize(1);
    }
  }

  @Nested
  class Thesis {
    /** 3.10: the old leader brings the target up to date, then has it campaign at once. */
    @Test
    void leadershipIsHandedOver() {
      TestCluster cluster = new TestCluster(3, TestCluster.smallConfig(), null);
      cluster.elect(1);
      cluster.propose(1, "a");
      cluster.step(1, new Input.Transfer(3));
      cluster.stabilize();
      assertThat(cluster.leader()).isEqualTo(3);
      assertThat(cluster.core(1).leader()).isEqualTo(3);
      assertThat(cluster.members.get(3L).applied).hasSize(3);
    }

    /** 3.10: the target's election goes ahead although everybody has just heard of the leader. */
    @Test
    void handoverIsNoDisturbance() {
      RaftCore core = member().log(1).follower();
      receive(core, new TimeoutNow(2, 1, 1));
      assertThat(core.role()).isEqualTo(Role.CANDIDATE);
    }

    /** 4.2.3: a member that hears of a leader does not let others disturb it. */
    @Test
    void disruptiveMemberIsIgnored() {
      RaftCore core = member().log(1).leader();
      receive(core, new VoteRequest(3, 1, 50, false, at(50, 50), false));
      assertThat(core.role()).isEqualTo(Role.LEADER);
      assertThat(core.term()).isEqualTo(2);
    }

    /** 6.2: a leader that hears of no majority for an election timeout steps down. */
    @Test
    void leaderWithoutMajorityStepsDown() {
      RaftCore core = member().of(5).log(1).leader();
      for (int i = 0; i < 3; i++) {
        tick(core, 9);
        receive(core, accepted(core, 2, 2));
        receive(core, accepted(core, 3, 2));
        tick(core, 1);
        assertThat(core.role()).isEqualTo(Role.LEADER);
      }
      tick(core, 9);
      receive(core, accepted(core, 2, 2));
      tick(core, 1);
      assertThat(core.role()).isEqualTo(Role.FOLLOWER);
    }

    /** 6.4: a follower asks the leader for a read index and answers from its own state. */
    @Test
    void followersReadToo() {
      TestCluster cluster = new TestCluster(3, TestCluster.smallConfig(), null);
      cluster.elect(1);
      cluster.propose(1, "a");
      cluster.stabilize();
      Effects asked = cluster.step(2, new Input.Read(5, 0));
      assertThat(asked.send()).singleElement().isInstanceOf(ReadIndexRequest.class);
      cluster.stabilize();
      assertThat(cluster.members.get(2L).readsReady).containsExactly(new ReadReady(5, 2));
    }

    /** 9.6: a member that was cut off comes back without having raised its term. */
    @Test
    void cutOffMemberDoesNotDisturb() {
      TestCluster cluster = new TestCluster(3, TestCluster.smallConfig(), null);
      cluster.elect(1);
      long term = cluster.core(1).term();
      List<Message> lost = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        cluster.tick(3, 1);
        lost.addAll(cluster.network);
        cluster.drop(m -> true);
      }
      assertThat(lost).isNotEmpty();
      assertThat(cluster.core(3).term()).isEqualTo(term);
      cluster.tick(1, 3);
      cluster.stabilize();
      assertThat(cluster.leader()).isEqualTo(1);
      assertThat(cluster.core(3).leader()).isEqualTo(1);
    }

    /** 10.2.1: the leader writes its own log while it replicates, and may even be the last. */
    @Test
    void leaderWritesInParallel() {
      TestCluster cluster = new TestCluster(3, TestCluster.smallConfig(), null);
      cluster.elect(1);
      cluster.propose(1, "a");
      for (int i = 0; i < 4; i++) {
        cluster.deliver(m -> true);
        cluster.persistOne(2);
        cluster.persistOne(3);
      }
      assertThat(cluster.core(1).durableIndex()).isEqualTo(1);
      assertThat(cluster.core(1).commitIndex()).isEqualTo(2);
      assertThat(cluster.members.get(1L).applied).hasSize(1);
    }
  }
}
