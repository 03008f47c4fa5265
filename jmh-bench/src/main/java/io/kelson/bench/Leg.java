package io.kelson.bench;

import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.ClusterTiming;
import io.kelson.chaos.Leadership;
import io.kelson.chaos.NodeCommand;
import io.kelson.chaos.ProcessCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One side's turn: a fresh cluster on a fresh directory, filled, warmed up, put through every step,
 * and stopped.
 *
 * @param sizes what is filled, and how large each step is
 * @param warmup how long the cluster is warmed up, over all operations together
 * @param stepWarmup and at the start of each step
 * @param stepDuration how long each step is measured
 * @param basePort the first of the six loopback ports
 */
record Leg(Sizes sizes, Duration warmup, Duration stepWarmup, Duration stepDuration, int basePort) {
  private static final int MEMBERS = 3;
  private static final Duration START_BOUND = Duration.ofSeconds(60);
  private static final int BUSY_CLIENTS = 64;
  private static final int BUSY_CONNECTIONS = 8;

  /** The ports a cluster takes: all client ports, then all peer ports. */
  List<Integer> ports() {
    return IntStream.range(basePort, basePort + 2 * MEMBERS).boxed().toList();
  }

  /**
   * What a leg came to.
   *
   * @param results of the steps, in their order
   * @param stolenPercent of the machine's CPU time that its host gave to others
   * @param foreignPercent of it that went to processes other than the servers and the driver
   * @param peakMemoryMebibytes of all servers together, each at its own time
   * @param neutral what the second driver found, if there is one
   */
  record Outcome(
      List<LoadResult> results,
      double stolenPercent,
      double foreignPercent,
      long peakMemoryMebibytes,
      List<EtcdBenchmark.Result> neutral) {}

  /**
   * Runs the steps in their order.
   *
   * @param second a driver that comes after them; what it uses is not among the CPU time accounted
   *     for
   */
  Outcome run(
      String name,
      NodeCommand command,
      Path directory,
      List<Step> steps,
      Optional<EtcdBenchmark> second,
      ProgressLine progress)
      throws InterruptedException {
    ProcessCluster cluster =
        ProcessCluster.create(command, directory, ClusterTiming.DEFAULT, ports());
    try (cluster) {
      progress.show(name + ": starting");
      Machine.CpuTime before = Machine.cpuTime();
      long driverBefore = CpuMeter.ownMicros();
      cluster.startAll(START_BOUND);
      fill(cluster, sizes.keys(), sizes.valueBytes(), progress);
      warmUp(cluster, progress);
      List<LoadResult> results = new ArrayList<>();
      boolean listable = false;
      for (Step step : steps) {
        progress.show(name + ": " + step.label(sizes));
        if (step.operation().lists() && !listable) {
          fill(cluster, sizes.listed(), Sizes.LISTED_VALUE_BYTES, progress);
          listable = true;
        }
        results.add(measure(cluster, step, progress));
      }
      Machine.CpuTime spent = Machine.cpuTime().since(before);
      // The servers were born within the leg: all they ever used was used in it.
      long ownMicros = CpuMeter.micros(pids(cluster)) + CpuMeter.ownMicros() - driverBefore;
      long peakMebibytes = ProcessMeter.peakMebibytes(pids(cluster));
      return new Outcome(
          results,
          spent.percent(spent.stolen()),
          spent.percentBeside(ownMicros),
          peakMebibytes,
          second.isEmpty() ? List.of() : second.get().run(target(cluster, directory), progress));
    } catch (RuntimeException e) {
      throw new IllegalStateException(name + " failed: " + e.getMessage() + cluster.logTails(), e);
    } finally {
      cluster.deleteData();
    }
  }

  private void fill(ProcessCluster cluster, KeySpace keys, int valueBytes, ProgressLine progress)
      throws InterruptedException {
    Script script = new PutWorkload(keys, valueBytes, true);
    LoadPlan plan = plan(cluster, BUSY_CLIENTS, BUSY_CONNECTIONS, Duration.ZERO, keys.size());
    LoadResult filled = Sizes.drive(script, plan, pids(cluster), progress);
    if (filled.errorCount() > 0) {
      throw new IllegalStateException("filling the key space failed: " + filled.errors());
    }
  }

  private void warmUp(ProcessCluster cluster, ProgressLine progress) throws InterruptedException {
    Duration each = warmup.dividedBy(Step.Operation.WARM_UP.size());
    for (Step.Operation operation : Step.Operation.WARM_UP) {
      LoadPlan plan = plan(cluster, BUSY_CLIENTS, BUSY_CONNECTIONS, each, 1);
      sizes.measure(operation, plan, pids(cluster), progress);
    }
  }

  private LoadResult measure(ProcessCluster cluster, Step step, ProgressLine progress)
      throws InterruptedException {
    LoadPlan plan = plan(cluster, step.clients(), step.connections(), stepWarmup, 0);
    return sizes.measure(step.operation(), plan, pids(cluster), progress);
  }

  private LoadPlan plan(
      ProcessCluster cluster, int clients, int connections, Duration warmup, long total) {
    return new LoadPlan(
        endpoints(cluster),
        clients,
        connections,
        1,
        warmup,
        stepDuration,
        total,
        0,
        1,
        sizes.keys().size());
  }

  /** A step on one connection speaks to the leader, whichever member it is this time. */
  private static List<String> endpoints(ProcessCluster cluster) {
    Leadership leadership = cluster.awaitReady(START_BOUND);
    List<String> endpoints = new ArrayList<>();
    endpoints.add(leadership.node().spec().endpoint());
    for (ClusterNode node : cluster.nodes()) {
      if (node != leadership.node()) {
        endpoints.add(node.spec().endpoint());
      }
    }
    return endpoints;
  }

  private EtcdBenchmark.Target target(ProcessCluster cluster, Path logs) {
    return new EtcdBenchmark.Target(
        endpoints(cluster), pids(cluster), sizes.keys(), sizes.valueBytes(), stepDuration, logs);
  }

  private static List<Long> pids(ProcessCluster cluster) {
    return cluster.nodes().stream().map(ClusterNode::pid).toList();
  }
}
