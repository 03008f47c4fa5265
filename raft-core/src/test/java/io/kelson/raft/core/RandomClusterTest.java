package io.kelson.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small clusters under loss, repetition, reordering, slow disks and crashes; then healed, when they
 * must elect, catch up and agree.
 *
 * <p>The simulator goes much further; this one is the core's own smoke test and needs nothing else.
 */
class RandomClusterTest {
  private final TreeMap<Long, Long> leaderOfTerm = new TreeMap<>();
  private final List<Entry> committed = new ArrayList<>();

  @ParameterizedTest(name = "{0} members")
  @ValueSource(ints = {1, 2, 3, 5})
  void membersAgreeWhateverHappens(int size) {
    int seeds = Integer.getInteger("seeds", 60);
    long first = Long.getLong("seed", 1);
    long entries = 0;
    long elections = 0;
    for (long seed = first; seed < first + seeds; seed++) {
      try {
        run(size, seed);
        entries += committed.size();
        elections += leaderOfTerm.size();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("size " + size + ", -Dseeds=1 -Dseed=" + seed, e);
      }
    }
    // A run in which nothing happens proves nothing.
    assertThat(entries).isGreaterThan(50L * seeds);
    assertThat(elections).isGreaterThan(2L * seeds);
  }

  private void run(int size, long seed) {
    leaderOfTerm.clear();
    committed.clear();
    Random random = new Random(seed);
    CoreConfig config =
        new CoreConfig(
            1,
            Configuration.of(List.of(1L)),
            10,
            2,
            100 + random.nextInt(300),
            1 + random.nextInt(6),
            400,
            2000,
            random.nextInt(3) * 300,
            100 + random.nextInt(300));
    TestCluster cluster = new TestCluster(size, config, new Random(seed + 1));
    int loss = random.nextInt(20);
    for (int i = 0; i < 3000; i++) {
      disturb(cluster, random, size, loss);
      check(cluster);
    }
    heal(cluster);
    check(cluster);
    long leader = cluster.leader();
    cluster.propose(leader, "after");
    cluster.step(leader, new Input.Read(77, 0));
    cluster.stabilize();
    check(cluster);
    for (TestCluster.Member member : cluster.members.values()) {
      assertThat(member.applied).isEqualTo(cluster.members.get(leader).applied);
      assertThat(member.core.appliedIndex()).isEqualTo(cluster.core(leader).lastIndex());
    }
    assertThat(cluster.members.get(leader).readsReady).extracting(ReadReady::id).contains(77L);
  }

  private static void disturb(TestCluster cluster, Random random, int size, int loss) {
    long id = 1 + random.nextInt(size);
    int what = random.nextInt(100);
    if (!cluster.isUp(id)) {
      if (what < 10) {
        cluster.start(id);
      }
    } else if (what < 15) {
      cluster.tick(id, 1);
    } else if (what < 30) {
      cluster.persistOne(id);
    } else if (what < 40) {
      cluster.applyOne(id);
    } else if (what < 45) {
      cluster.propose(id, "a" + random.nextInt(1000), "b");
    } else if (what < 48) {
      cluster.step(id, new Input.Read(random.nextInt(1000), 0));
    } else if (what < 49 && random.nextInt(4) == 0) {
      cluster.crash(id);
    } else if (what < 50 && random.nextInt(4) == 0) {
      cluster.step(id, new Input.Transfer(1 + random.nextInt(size)));
    } else if (what < 50 && random.nextInt(4) == 0) {
      cluster.step(id, new Input.Storage(random.nextInt(3) > 0));
    } else if (!cluster.network.isEmpty()) {
      Message message = cluster.network.get(random.nextInt(Math.min(8, cluster.network.size())));
      if (random.nextInt(100) >= 10) {
        cluster.network.remove(message);
      }
      if (random.nextInt(100) >= loss && cluster.isUp(message.to())) {
        cluster.step(message.to(), new Input.Receive(message));
      }
      if (cluster.network.size() > 200) {
        cluster.network.subList(0, 50).clear();
      }
    }
  }

  private static void heal(TestCluster cluster) {
    for (long id : cluster.members.keySet()) {
      if (!cluster.isUp(id)) {
        cluster.start(id);
      }
      cluster.step(id, new Input.Storage(false));
    }
    cluster.stabilize();
    for (int i = 0; i < 100; i++) {
      for (long id : cluster.members.keySet()) {
        cluster.tick(id, 1);
      }
      cluster.stabilize();
    }
    assertThat(cluster.leader()).as("somebody leads").isNotZero();
  }

  private void check(TestCluster cluster) {
    for (TestCluster.Member member : cluster.members.values()) {
      if (member.core != null && member.core.role() == Role.LEADER) {
        long other = leaderOfTerm.computeIfAbsent(member.core.term(), term -> member.id);
        assertThat(other).as("leader of term " + member.core.term()).isEqualTo(member.id);
      }
      for (int i = 0; i < member.applied.size(); i++) {
        if (i == committed.size()) {
          committed.add(member.applied.get(i));
        }
        if (i > committed.size() - 8) {
          assertThat(member.applied.get(i)).isEqualTo(committed.get(i));
        }
      }
    }
  }
}
