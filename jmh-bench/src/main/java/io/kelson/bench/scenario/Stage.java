package io.kelson.bench.scenario;

import io.kelson.bench.LoadDriver;
import io.kelson.bench.LoadPlan;
import io.kelson.bench.LoadResult;
import io.kelson.bench.ProgressLine;
import io.kelson.bench.Script;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.ProcessCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Where one run of a scenario takes place.
 *
 * @param cluster fresh and not started; closed and deleted by who made it
 * @param freePorts two more, for a member that is added
 * @param progress shows how far it is
 */
record Stage(ProcessCluster cluster, List<Integer> freePorts, ProgressLine progress) {
  /** How long members may take to find a leader. */
  static final Duration START_BOUND = Duration.ofMinutes(2);

  /** How long anything may take that has to do with all the data. */
  static final Duration DATA_BOUND = Duration.ofMinutes(20);

  private static final int SEED = 1;

  /** The processes of the members that run. */
  List<Long> pids() {
    return cluster.live().stream().map(ClusterNode::pid).toList();
  }

  /** The members that run, the leader first. */
  List<String> endpoints() {
    cluster.awaitReady(START_BOUND);
    return LoadDriver.leaderFirst(
        cluster.live().stream().map(node -> node.spec().endpoint()).toList());
  }

  /** So many operations in a closed loop, errors and all. */
  LoadResult drive(Script script, int clients, int connections, long operations)
      throws InterruptedException {
    LoadPlan plan =
        new LoadPlan(
            endpoints(),
            clients,
            connections,
            1,
            Duration.ZERO,
            Duration.ZERO,
            operations,
            0,
            clients,
            SEED);
    try (LoadDriver driver = LoadDriver.connect(script, plan)) {
      return driver.run(pids(), progress);
    }
  }

  /** An open loop over eight connections. */
  LoadPlan paced(double ratePerSecond, Duration warmup, Duration phase) {
    return new LoadPlan(endpoints(), 1, 8, 1, warmup, phase, 0, ratePerSecond, 10_000, SEED);
  }

  /** Lets time pass in which nothing is asked: what is waited for shows in no answer. */
  void settle(Duration time) throws InterruptedException {
    progress.show("nothing for " + time.toSeconds() + " s, to let the servers settle");
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
    progress.clear();
  }
}
