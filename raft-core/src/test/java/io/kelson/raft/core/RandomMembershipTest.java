package io.kelson.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Clusters of which members come and go at random, in any combination and number at once, with
 * snapshots, cuts of the log, crashes, loss, repetition and reordering; then healed.
 *
 * <p>Watched from above, where both majorities can be seen: one leader a term (election safety),
 * one entry at each position (log matching), one entry applied at each index (state machine
 * safety), and nothing committed that a quorum of the configuration in force does not hold on disk.
 */
class RandomMembershipTest {
  private static final int MAX_MEMBERS = 7;

  private final TreeMap<Long, Long> leaderOfTerm = new TreeMap<>();
  private final TreeMap<LogPosition, Entry> written = new TreeMap<>();
  private final List<Entry> committed = new ArrayList<>();
  private final TreeSet<Long> gone = new TreeSet<>();
  private Random random;
  private TestCluster cluster;
  private long commitSeen;
  private int changes;
  private int joint;
  private int installs;
  private int retired;

  @Test
  void membersMayComeAndGo() {
    int seeds = Integer.getInteger("seeds", 300);
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + seeds; seed++) {
      try {
        run(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dseeds=1 -Dseed=" + seed, e);
      }
    }
    System.out.printf(
        "membership: %d seeds, %d changes finished, %d joint phases, %d snapshots installed, %d"
            + " leaders retired%n",
        seeds, changes, joint, installs, retired);
    // A run in which nothing happens proves nothing.
    assertThat(changes).isGreaterThan(seeds);
    assertThat(joint).isGreaterThan(seeds / 2);
    assertThat(installs).isGreaterThan(seeds / 4);
    assertThat(retired).isGreaterThan(seeds / 10);
  }

  private void run(long seed) {
    leaderOfTerm.clear();
    written.clear();
    committed.clear();
    gone.clear();
    commitSeen = 0;
    random = new Random(seed);
    CoreConfig config =
        new CoreConfig(
            1,
            Configuration.of(List.of(1L)),
            10,
            2,
            100 + random.nextInt(300),
            1 + random.nextInt(6),
            400,
            4000,
            random.nextInt(3) * 300,
            100 + random.nextInt(300));
    cluster = new TestCluster(1 + random.nextInt(4), config, new Random(seed + 1));
    int loss = random.nextInt(15);
    for (int i = 0; i < 4000; i++) {
      disturb(loss);
      check();
    }
    heal();
  }

  private void disturb(int loss) {
    List<Long> ids = new ArrayList<>(cluster.members.keySet());
    long id = ids.get(random.nextInt(ids.size()));
    int what = random.nextInt(100);
    if (!cluster.isUp(id)) {
      if (what < 20) {
        cluster.start(id);
      }
    } else if (what < 15) {
      cluster.tick(id, 1);
    } else if (what < 30) {
      cluster.persistOne(id);
    } else if (what < 38) {
      cluster.applyOne(id);
    } else if (what < 42) {
      cluster.propose(id, "a" + random.nextInt(1000));
    } else if (what < 47) {
      snapshots(id);
    } else if (what < 49) {
      changeMembers();
    } else if (what < 50 && random.nextInt(4) == 0) {
      cluster.crash(id);
    } else if (what < 51 && random.nextInt(4) == 0) {
      cluster.step(id, new Input.Transfer(ids.get(random.nextInt(ids.size()))));
    } else {
      deliverOne(loss);
    }
  }

  private void deliverOne(int loss) {
    if (cluster.network.isEmpty()) {
      return;
    }
    Message message = cluster.network.get(random.nextInt(Math.min(8, cluster.network.size())));
    if (random.nextInt(100) >= 10) {
      cluster.network.remove(message);
    }
    if (random.nextInt(100) >= loss
        && cluster.members.containsKey(message.to())
        && cluster.isUp(message.to())) {
      cluster.step(message.to(), new Input.Receive(message));
    }
    if (cluster.network.size() > 300) {
      cluster.network.subList(0, 50).clear();
    }
  }

  private void snapshots(long id) {
    switch (random.nextInt(8)) {
      case 0 -> cluster.lose(id);
      case 1, 2 -> cluster.ship(id);
      case 3, 4 -> cluster.install(id);
      default ->
          cluster.step(id, new Input.Compact(cluster.core(id).appliedIndex() - random.nextInt(5)));
    }
  }

  /** Asks whoever leads for any configuration made of its members and perhaps a newcomer. */
  private void changeMembers() {
    long leader = cluster.leader();
    if (leader == 0) {
      return;
    }
    Configuration now = cluster.core(leader).configuration();
    List<Long> voters = new ArrayList<>();
    List<Long> learners = new ArrayList<>();
    for (long id : now.members()) {
      switch (random.nextInt(6)) {
        case 0 -> {}
        case 1 -> learners.add(id);
        default -> voters.add(id);
      }
    }
    if (now.members().size() < MAX_MEMBERS - 2 && random.nextInt(2) == 0) {
      long id = cluster.members.lastKey() + 1;
      cluster.join(id);
      learners.add(id);
    }
    if (!voters.isEmpty()) {
      cluster.change(leader, voters, learners);
    }
  }

  // --- What must hold ----------------------------------------------------------------------------

  private void check() {
    for (TestCluster.Member member : cluster.members.values()) {
      checkLog(member);
      checkApplied(member);
      if (member.core != null) {
        checkLeader(member.core);
        checkCommit(member);
      }
    }
  }

  private void checkLeader(RaftCore core) {
    if (core.role() == Role.LEADER) {
      long other = leaderOfTerm.computeIfAbsent(core.term(), term -> core.self());
      assertThat(other).as("leader of term " + core.term()).isEqualTo(core.self());
    }
  }

  private void checkLog(TestCluster.Member member) {
    List<Entry> entries = member.disk.entries();
    for (Entry entry : entries.subList(Math.max(0, entries.size() - 8), entries.size())) {
      Entry before = written.putIfAbsent(entry.position(), entry);
      if (before != null && !before.equals(entry)) {
        throw new AssertionError(member.id + " holds " + entry + ", elsewhere it is " + before);
      }
    }
  }

  private void checkApplied(TestCluster.Member member) {
    int size = member.applied.size();
    for (int i = Math.max(0, Math.min(size, committed.size()) - 4); i < size; i++) {
      if (i == committed.size()) {
        committed.add(member.applied.get(i));
        countChange(committed.get(i));
      }
      assertThat(member.applied.get(i)).isEqualTo(committed.get(i));
    }
  }

  private void countChange(Entry entry) {
    if (entry.type() == EntryType.CONFIG) {
      boolean isJoint =
          io.kelson.raft.membership.ConfigEntry.decode(entry.data()).configuration().isJoint();
      joint += isJoint ? 1 : 0;
      changes += isJoint ? 0 : 1;
    }
  }

  /**
   * What is committed for the first time is on the disks of both majorities, as the leader sees.
   */
  private void checkCommit(TestCluster.Member member) {
    RaftCore core = member.core;
    if (core.role() != Role.LEADER || core.commitIndex() <= commitSeen) {
      return;
    }
    commitSeen = core.commitIndex();
    // The final configuration may just have been appended by the commit of the joint one: what was
    // committed was so by the one in force before it.
    boolean justLeft = core.configIndex() == core.lastIndex();
    Configuration configuration = core.configuration();
    LogPosition position = new LogPosition(core.termAt(commitSeen), commitSeen);
    assertThat(holders(configuration.voters(), position))
        .as("%s of %s", position, configuration)
        .isGreaterThan(configuration.voters().size() / 2);
    if (!justLeft && configuration.isJoint()) {
      assertThat(holders(configuration.outgoing(), position))
          .as("%s of %s", position, configuration)
          .isGreaterThan(configuration.outgoing().size() / 2);
    }
  }

  private long holders(List<Long> voters, LogPosition position) {
    return voters.stream().filter(id -> holds(cluster.members.get(id), position)).count();
  }

  private static boolean holds(TestCluster.Member member, LogPosition position) {
    if (position.index() <= member.disk.base().index()) {
      return true;
    }
    List<Entry> entry = member.disk.read(position.index(), position.index() + 1);
    return entry.size() == 1 && entry.get(0).term() == position.term();
  }

  // --- Afterwards
  // ----------------------------------------------------------------------------------

  /** Everybody comes up, also those removed long ago, who may do what they like to disturb. */
  private void heal() {
    for (long id : cluster.members.keySet()) {
      if (!cluster.isUp(id)) {
        cluster.start(id);
      }
    }
    for (int i = 0; i < 150; i++) {
      for (long id : cluster.members.keySet()) {
        cluster.tick(id, 1);
      }
      cluster.stabilize();
      check();
    }
    long leader = cluster.leader();
    assertThat(leader).as("somebody leads of %s", cluster).isNotZero();
    RaftCore core = cluster.core(leader);
    assertThat(core.configuration().isJoint()).isFalse();
    assertThat(core.configuration().voters()).contains(leader);
    long term = core.term();
    cluster.propose(leader, "after");
    cluster.step(leader, new Input.Read(77, 0));
    for (int i = 0; i < 50; i++) {
      for (long id : cluster.members.keySet()) {
        cluster.tick(id, 1);
      }
      cluster.stabilize();
      check();
    }
    assertThat(cluster.leader()).as("and goes on leading").isEqualTo(leader);
    assertThat(core.term()).isEqualTo(term);
    assertThat(core.commitIndex()).isEqualTo(core.lastIndex());
    assertThat(cluster.members.get(leader).readsReady).extracting(ReadReady::id).contains(77L);
    for (long id : core.configuration().members()) {
      TestCluster.Member member = cluster.members.get(id);
      assertThat(member.core.appliedIndex()).as("applied by " + id).isEqualTo(core.lastIndex());
      assertThat(member.applied).isEqualTo(cluster.members.get(leader).applied);
      assertThat(member.core.configuration()).isEqualTo(core.configuration());
    }
    installs += cluster.installed;
    for (long once : leaderOfTerm.values()) {
      retired += !core.configuration().members().contains(once) && gone.add(once) ? 1 : 0;
    }
  }
}
