package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Rejection;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The runtime on real files and real sockets. */
@Timeout(60)
class RaftNodeTest {
  @TempDir Path home;

  private final Map<Long, TestMember> members = new LinkedHashMap<>();

  @AfterEach
  void closeAll() throws Exception {
    for (TestMember member : members.values()) {
      member.close();
    }
  }

  private TestMember start(long id, Map<Long, InetSocketAddress> addresses) throws Exception {
    TestMember member = new TestMember(id, home, addresses);
    members.put(id, member);
    return member;
  }

  @Test
  void aSingleMemberLeadsAppliesAndReads() throws Exception {
    TestMember only = start(1, TestMember.addresses(1));
    only.awaitLeader();
    only.propose("a");
    only.propose("b");
    assertThat(only.machine.await(commands -> commands.size() == 2)).containsExactly("a", "b");
    assertThat(only.read().get()).isNull();
    assertThat(only.node.status().isLeader()).isTrue();
  }

  @Test
  void aMemberFindsItsLogAgain() throws Exception {
    Map<Long, InetSocketAddress> addresses = TestMember.addresses(1);
    TestMember only = start(1, addresses);
    only.awaitLeader();
    only.propose("kept");
    only.machine.await(commands -> commands.contains("kept"));
    only.close();
    TestMember again = start(1, addresses);
    assertThat(again.machine.await(commands -> !commands.isEmpty())).containsExactly("kept");
  }

  @Test
  void threeMembersAgreeWhoeverIsAsked() throws Exception {
    Map<Long, InetSocketAddress> addresses = TestMember.addresses(3);
    List<TestMember> three = new ArrayList<>();
    for (long id = 1; id <= 3; id++) {
      three.add(start(id, addresses));
    }
    for (TestMember member : three) {
      member.awaitLeader();
      member.propose("from " + member.id);
    }
    List<String> first = three.get(0).machine.await(commands -> commands.size() == 3);
    assertThat(first).containsExactlyInAnyOrder("from 1", "from 2", "from 3");
    for (TestMember member : three) {
      assertThat(member.machine.await(commands -> commands.size() == 3)).isEqualTo(first);
      assertThat(member.read().get()).as("read at %d", member.id).isNull();
    }
  }

  @Test
  void aMemberThatWasAwayCatchesUpFromTheLog() throws Exception {
    Map<Long, InetSocketAddress> addresses = TestMember.addresses(3);
    TestMember one = start(1, addresses);
    TestMember two = start(2, addresses);
    one.awaitLeader();
    two.awaitLeader();
    for (int i = 0; i < 500; i++) {
      one.propose("c" + i);
    }
    List<String> all = two.machine.await(commands -> commands.size() == 500);
    TestMember late = start(3, addresses);
    assertThat(late.machine.await(commands -> commands.size() == 500)).isEqualTo(all);
  }

  @Test
  void withoutAMajorityProposalsAndReadsAreTurnedDown() throws Exception {
    TestMember alone = start(1, TestMember.addresses(3));
    alone.propose("lost");
    assertThat(alone.rejections.poll(30, TimeUnit.SECONDS))
        .isEqualTo(
            new Rejection(Rejection.What.PROPOSAL, "lost".hashCode(), Rejection.Reason.NO_LEADER));
    assertThat(alone.read().get()).isEqualTo(Rejection.Reason.NO_LEADER);
    assertThat(alone.machine.commands()).isEmpty();
  }

  @Test
  void aProposalThatCannotBeSentToTheLeaderIsTurnedDown() throws Exception {
    try (LostLeader lost = new LostLeader(home)) {
      lost.appears();
      lost.node.propose(new Proposal(7, new byte[] {1}));
      assertThat(lost.rejections.poll(30, TimeUnit.SECONDS))
          .isEqualTo(new Rejection(Rejection.What.PROPOSAL, 7, Rejection.Reason.NOT_SENT));
      lost.passesOn(new Proposal(Proposal.NO_ID, new byte[] {2}));
      lost.node.propose(new Proposal(8, new byte[] {3}));
      assertThat(lost.rejections.poll(30, TimeUnit.SECONDS))
          .as("what came from another member is nobody's here")
          .isEqualTo(new Rejection(Rejection.What.PROPOSAL, 8, Rejection.Reason.NOT_SENT));
    }
  }

  @Test
  void aStateMachineThatThrowsStopsTheNodeLoudly() throws Exception {
    TestMember only = start(1, TestMember.addresses(1));
    only.awaitLeader();
    only.read().get();
    RuntimeException cause = new IllegalStateException("cannot apply");
    only.machine.failWith(cause);
    only.propose("poison");
    assertThat(only.failure.get()).isSameAs(cause);
    assertThat(only.node.propose(new Proposal(1, new byte[0]))).isFalse();
  }

  @Test
  void closingFailsWhatWaitsAndRefusesWhatComes() throws Exception {
    TestMember only = start(1, TestMember.addresses(1));
    only.awaitLeader();
    only.propose("last");
    only.node.close();
    assertThat(only.node.propose(new Proposal(1, new byte[0]))).isFalse();
    assertThat(only.failure).isNotDone();
  }
}
