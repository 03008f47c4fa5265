package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.log.GatedDirectory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader whose disk does not answer for a hundred election timeouts. */
@Timeout(120)
class StalledDiskTest {
  /** An election timeout of a {@link TestMember} is at least ten ticks of ten milliseconds. */
  private static final Duration STALL = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @TempDir Path home;

  private final Map<Long, TestMember> members = new LinkedHashMap<>();
  private final Map<Long, GatedDirectory> disks = new HashMap<>();

  @AfterEach
  void closeAll() throws Exception {
    disks.values().forEach(GatedDirectory::open);
    for (TestMember member : members.values()) {
      member.close();
    }
  }

  private void startThree() throws Exception {
    Map<Long, InetSocketAddress> addresses = TestMember.addresses(3);
    for (long id = 1; id <= 3; id++) {
      long self = id;
      members.put(
          id,
          new TestMember(
              id,
              home,
              addresses,
              disk -> {
                disks.put(self, new GatedDirectory(disk));
                return disks.get(self);
              }));
    }
  }

  @Test
  void anotherMemberLeadsMeanwhileAndNothingAcknowledgedIsLost() throws Exception {
    startThree();
    long stalled = members.get(1L).awaitLeader();
    TestMember old = members.get(stalled);
    write(old, "before");
    old.machine.await(commands -> commands.contains("before"));
    // Of two moments, the later: leadership may have moved on its own.
    stalled = members.get(1L).awaitLeader();
    old = members.get(stalled);
    TestMember witness = members.get(stalled % 3 + 1);

    disks.get(stalled).close();
    old.propose("during");
    disks.get(stalled).awaitArrival();
    awaitOtherLeader(witness, stalled);
    List<String> written = writeFor(witness);
    assertThat(old.node.status().isLeader()).as("it led on while its disk stood").isFalse();
    assertThat(old.machine.commands()).doesNotContainAnyElementsOf(written);

    disks.get(stalled).open();
    write(old, "after");
    for (TestMember member : members.values()) {
      member.machine.await(commands -> commands.contains("after"));
      assertThat(firstOfEach(member)).containsSubsequence(written).contains("before");
      assertThat(member.failure).isNotDone();
    }
  }

  private static List<String> firstOfEach(TestMember member) {
    return member.machine.commands().stream().distinct().toList();
  }

  private static void awaitOtherLeader(TestMember witness, long stalled)
      throws InterruptedException {
    long leader = witness.node.status().leader();
    while (leader == stalled || leader == 0) {
      leader = witness.roleChanges.take().leader();
    }
  }

  /** Until it is applied at this member: a command may be lost when leadership moves. */
  private static void write(TestMember member, String command) throws InterruptedException {
    do {
      member.propose(command);
    } while (!member.machine.await(commands -> commands.contains(command), PATIENCE));
  }

  /** One command after the other, each applied at this member before the next. */
  private static List<String> writeFor(TestMember member) throws InterruptedException {
    long end = System.nanoTime() + STALL.toNanos();
    List<String> written = new ArrayList<>();
    while (System.nanoTime() - end < 0) {
      written.add("c" + written.size());
      write(member, written.get(written.size() - 1));
    }
    return written;
  }
}
