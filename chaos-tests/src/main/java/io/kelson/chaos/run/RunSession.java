package io.kelson.chaos.run;

import io.kelson.chaos.Login;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.history.History;
import io.kelson.chaos.workload.ClientIds;
import io.kelson.chaos.workload.LoggedSession;
import io.kelson.chaos.workload.Pacer;
import io.kelson.chaos.workload.Recorder;
import io.kelson.chaos.workload.RecordingClient;
import io.kelson.chaos.workload.Tally;
import io.kelson.chaos.workload.Workloads;
import io.kelson.client.Bytes;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** What the clients of one run share. Thread-safe; a recorder is for one thread. */
final class RunSession implements LoggedSession, AutoCloseable {
  private static final Duration CALL_TIMEOUT = Duration.ofMillis(1_500);

  private final RunSpec spec;
  private final ChaosCluster cluster;
  private final WholeLog log;
  private final History history = new History();
  private final Tally tally = new Tally();
  private final RecordingClient.Shared shared =
      new RecordingClient.Shared(history, new ClientIds(), tally);
  private final Map<Integer, Recorder> recorders = new ConcurrentHashMap<>();
  private volatile boolean over;

  RunSession(RunSpec spec, ChaosCluster cluster, WholeLog log) {
    this.spec = spec;
    this.cluster = cluster;
    this.log = log;
  }

  @Override
  public ChaosCluster cluster() {
    return cluster;
  }

  @Override
  public History history() {
    return history;
  }

  @Override
  public Bytes prefix() {
    return Workloads.PREFIX;
  }

  @Override
  public boolean goesOn() {
    return !over;
  }

  @Override
  public RandomGenerator random(int index) {
    return randomOf(spec.seed(), index);
  }

  /** Streams of random numbers that differ by index; the nemesis has index -1. */
  static RandomGenerator randomOf(long seed, int index) {
    // Seeds next to each other give unrelated streams: the generator mixes them.
    return new SplittableRandom(new SplittableRandom(seed).nextLong() + index);
  }

  @Override
  public Recorder recorder(int index, Login login) {
    return recorders.computeIfAbsent(
        index,
        i -> {
          int node = i % spec.members();
          return new RecordingClient(
              shared, node, cluster.endpoint(node), login, CALL_TIMEOUT, new Pacer(spec.rate()));
        });
  }

  @Override
  public long loggedRevision() {
    return log.revision();
  }

  Tally tally() {
    return tally;
  }

  /** Tells clients to stop. */
  void stop() {
    over = true;
  }

  @Override
  public void close() {
    over = true;
    recorders.values().forEach(Recorder::close);
  }
}
