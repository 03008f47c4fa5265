package io.kelson.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * What chapter 4 of Ongaro's thesis and section 6 of the Raft paper ask for, over small clusters,
 * and the mistakes of the field that take a cluster to show; each rule in our words.
 */
class MembershipPaperTest {
  private final List<Rejection> rejections = new ArrayList<>();

  private static TestCluster cluster(int size) {
    return new TestCluster(size, TestCluster.smallConfig(), null);
  }

  private static void tickAll(TestCluster cluster, int times) {
    for (int i = 0; i < times; i++) {
      for (long id : cluster.members.keySet()) {
        if (cluster.isUp(id)) {
          cluster.tick(id, 1);
        }
      }
      cluster.stabilize();
    }
  }

  private static Predicate<Message> among(Long... ids) {
    List<Long> side = List.of(ids);
    return message -> side.contains(message.from()) && side.contains(message.to());
  }

  /** Delivers and writes within a side of a partition until it rests; the rest is lost. */
  private static void settle(TestCluster cluster, Long... side) {
    for (int i = 0; i < 20; i++) {
      for (long id : side) {
        while (cluster.persistOne(id) | cluster.applyOne(id)) {}
      }
      cluster.drop(among(side).negate());
      cluster.deliver(message -> true);
    }
  }

  private static void tickSide(TestCluster cluster, int times, Long... side) {
    for (int i = 0; i < times; i++) {
      for (long id : side) {
        cluster.tick(id, 1);
      }
      settle(cluster, side);
    }
  }

  /**
   * 4.1, and the mistake found in it later: leaders S1 and S2 of four each change one server, S1
   * before it has committed anything of its own; their majorities do not overlap (raft-dev, 2015;
   * copycat 23, jgroups-raft 38).
   */
  @Test
  void changesOfTwoLeadersDoNotFormDisjointMajorities() {
    TestCluster cluster = cluster(4);
    cluster.elect(1);
    cluster.change(1, List.of(1L, 2L, 3L), List.of());
    assertThat(cluster.core(1).configuration().isJoint()).isTrue();
    cluster.drop(message -> true);
    cluster.persistOne(1);

    // 1 is cut off with its change; 2 is elected by 3 and 4 and wants another one.
    tickSide(cluster, 40, 2L, 3L, 4L);
    long second = cluster.leader();
    assertThat(second).isNotEqualTo(1);
    cluster.change(second, List.of(2L, 3L, 4L), List.of());
    settle(cluster, 2L, 3L, 4L);
    assertThat(cluster.core(second).configuration())
        .isEqualTo(Configuration.of(List.of(2L, 3L, 4L)));
    long committed = cluster.core(second).commitIndex();

    // 1 campaigns with its own idea of the members: of 2, 3 it would need one.
    tickAll(cluster, 60);
    for (TestCluster.Member member : cluster.members.values()) {
      if (member.id != 1) {
        assertThat(member.core.configuration()).isEqualTo(Configuration.of(List.of(2L, 3L, 4L)));
        assertThat(member.core.commitIndex()).isGreaterThanOrEqualTo(committed);
      }
    }
  }

  /** 4.1: and a leader does not begin before it has committed an entry of its own. */
  @Test
  void newLeaderWaitsWithChanges() {
    TestCluster cluster = cluster(4);
    cluster.elect(1);
    cluster.crash(1);
    cluster.tick(3, 10);
    cluster.tick(4, 10);
    for (int i = 0; i < 20 && cluster.core(2).role() != Role.LEADER; i++) {
      cluster.tick(2, 1);
      while (cluster.core(2).role() != Role.LEADER && cluster.deliver(m -> true) > 0) {
        for (long id : List.of(2L, 3L, 4L)) {
          cluster.persistOne(id);
        }
      }
    }
    assertThat(cluster.core(2).role()).isEqualTo(Role.LEADER);
    cluster.change(2, List.of(2L, 3L, 4L), List.of());
    rejections.addAll(cluster.members.get(2L).rejections);
    assertThat(rejections).extracting(Rejection::reason).contains(Rejection.Reason.NOT_READY);
    cluster.stabilize();
    cluster.change(2, List.of(2L, 3L, 4L), List.of());
    cluster.stabilize();
    assertThat(cluster.core(3).configuration()).isEqualTo(Configuration.of(List.of(2L, 3L, 4L)));
  }

  /** 4.2.1: a newcomer with an empty log holds nothing up; it is first a learner. */
  @Test
  void newcomerDoesNotStopCommitment() {
    TestCluster cluster = cluster(3);
    cluster.elect(1);
    cluster.change(1, List.of(1L, 2L, 3L), List.of(4L));
    cluster.stabilize();
    cluster.propose(1, "a");
    cluster.stabilize();
    assertThat(cluster.core(2).commitIndex()).isEqualTo(cluster.core(1).lastIndex());
    cluster.join(4);
    tickAll(cluster, 10);
    assertThat(cluster.core(4).appliedIndex()).isEqualTo(cluster.core(1).lastIndex());
  }

  /** 4.2.2, figure 4.6: the old leader's log may be the only one that can win. */
  @Test
  void removedMemberLeadsIfNobodyElseCan() {
    TestCluster cluster = cluster(2);
    cluster.elect(1);
    cluster.change(1, List.of(2L), List.of());
    cluster.persistOne(1);
    cluster.deliver(message -> true);
    cluster.persistOne(2);
    cluster.deliver(message -> true);
    assertThat(cluster.core(1).configuration()).isEqualTo(Configuration.of(List.of(2L)));
    cluster.persistOne(1);
    cluster.drop(message -> true);
    // Leader 1 fails with the entry that leaves the decision to 2, and which 2 does not have.
    cluster.crash(1);
    assertThat(cluster.core(2).configuration().isJoint()).isTrue();
    cluster.start(1);
    tickAll(cluster, 60);
    assertThat(cluster.leader()).isEqualTo(2);
    assertThat(cluster.core(2).configuration()).isEqualTo(Configuration.of(List.of(2L)));
    cluster.propose(2, "a");
    cluster.stabilize();
    assertThat(cluster.core(2).commitIndex()).isEqualTo(cluster.core(2).lastIndex());
  }

  /** 4.2.3: whoever was removed and does not know asks, and is not listened to (hashicorp 524). */
  @Test
  void removedMemberThatNeverHearsOfItDisturbsNobody() {
    TestCluster cluster = cluster(3);
    cluster.elect(1);
    cluster.crash(3);
    cluster.change(1, List.of(1L, 2L), List.of());
    cluster.stabilize();
    long term = cluster.core(1).term();
    cluster.start(3);
    tickAll(cluster, 200);
    assertThat(cluster.leader()).isEqualTo(1);
    assertThat(cluster.core(1).term()).isEqualTo(term);
    assertThat(cluster.core(3).term()).as("it does not raise its own either").isEqualTo(term);
  }

  /** 4.2.3: even with a higher term, from an old quarrel, and a real question for votes. */
  @Test
  void removedMemberWithAHigherTermDisturbsNobody() {
    TestCluster cluster = cluster(3);
    cluster.elect(1);
    cluster.crash(3);
    cluster.change(1, List.of(1L, 2L), List.of());
    cluster.stabilize();
    long term = cluster.core(1).term();
    LogPosition log = cluster.core(1).lastPosition();
    for (int i = 0; i < 50; i++) {
      cluster.network.add(new VoteRequest(3, 1, term + 10 + i, false, log, false));
      cluster.network.add(new VoteRequest(3, 2, term + 10 + i, false, log, false));
      tickAll(cluster, 1);
    }
    assertThat(cluster.leader()).isEqualTo(1);
    assertThat(cluster.core(2).term()).isEqualTo(term);
  }

  /**
   * A bridge: 2 hears both 1 and 3, which do not hear each other. Leader 1's heartbeats keep 2
   * content; 1 and 2 are a quorum, so nothing is wrong (openraft 2080). Cut off from 2 as well, 1
   * must not keep anybody.
   */
  @Test
  void bridgeKeepsALeaderWithAQuorumAndLosesOneWithout() {
    TestCluster cluster = cluster(3);
    cluster.elect(1);
    Predicate<Message> broken =
        message -> message.from() + message.to() == 4 && message.from() != 2;
    for (int i = 0; i < 100; i++) {
      for (long id : cluster.members.keySet()) {
        cluster.tick(id, 1);
      }
      for (int j = 0; j < 6; j++) {
        cluster.drop(broken);
        cluster.deliver(message -> true);
        for (long id : cluster.members.keySet()) {
          cluster.persistOne(id);
        }
      }
    }
    assertThat(cluster.leader()).isEqualTo(1);
    tickSide(cluster, 60, 2L, 3L);
    assertThat(cluster.leader()).isIn(2L, 3L);
    tickSide(cluster, 20, 1L);
    assertThat(cluster.core(1).role()).as("1 has noticed").isNotEqualTo(Role.LEADER);
  }

  /**
   * Messages for the member that had this address before are not for its successor (etcd 17813).
   */
  @Test
  void replacementAtTheSameAddressIsAnotherMember() {
    TestCluster cluster = cluster(3);
    cluster.elect(1);
    cluster.join(4);
    cluster.change(1, List.of(1L, 2L, 3L), List.of(4L));
    cluster.stabilize();
    AppendRequest forThree = new AppendRequest(1, 3, 9, LogPosition.ZERO, List.of(), 0, 0);
    assertThat(cluster.step(4, new Input.Receive(forThree))).isEqualTo(Effects.NONE);
    assertThat(cluster.core(4).term()).isEqualTo(cluster.core(1).term());
    cluster.crash(3);
    cluster.change(1, List.of(1L, 2L, 4L), List.of());
    cluster.stabilize();
    cluster.crash(2);
    cluster.propose(1, "a");
    cluster.stabilize();
    assertThat(cluster.core(1).commitIndex())
        .as("1 and 4 are a majority")
        .isEqualTo(cluster.core(1).lastIndex());
  }

  /** Section 6: decisions by either side alone are impossible, whoever leads. */
  @Test
  void oldMajorityAloneDecidesNothingInAJointPhase() {
    TestCluster cluster = cluster(3);
    cluster.elect(1);
    cluster.join(4);
    cluster.join(5);
    cluster.change(1, List.of(1L, 2L, 3L), List.of(4L, 5L));
    cluster.stabilize();
    tickAll(cluster, 6);
    cluster.change(1, List.of(1L, 4L, 5L), List.of());
    assertThat(cluster.members.get(1L).rejections).isEmpty();
    settle(cluster, 1L, 2L, 3L);
    assertThat(cluster.core(1).configuration().isJoint()).isTrue();
    long commit = cluster.core(1).commitIndex();
    assertThat(commit).isLessThan(cluster.core(1).lastIndex());
    tickSide(cluster, 30, 1L, 2L, 3L);
    assertThat(cluster.leader()).as("1 has stepped down: 4 and 5 are missing").isZero();
    tickAll(cluster, 60);
    assertThat(cluster.leader()).isNotZero();
    assertThat(cluster.core(cluster.leader()).configuration())
        .isEqualTo(Configuration.of(List.of(1L, 4L, 5L)));
  }

  /** A follower that missed everything since the beginning of the log, and the way back. */
  @Test
  void memberThatWasAwayComesBackBySnapshotAndLog() {
    TestCluster cluster = cluster(3);
    cluster.elect(1);
    cluster.crash(3);
    for (int i = 0; i < 50; i++) {
      cluster.propose(1, "a" + i);
      cluster.stabilize();
    }
    cluster.step(1, new Input.Compact(40));
    cluster.start(3);
    tickAll(cluster, 30);
    assertThat(cluster.installed).isEqualTo(1);
    assertThat(cluster.core(3).appliedIndex()).isEqualTo(cluster.core(1).lastIndex());
    assertThat(cluster.members.get(3L).applied).isEqualTo(cluster.members.get(1L).applied);
  }
}
