package io.kelson.bench;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Puts a load on a cluster and measures it: a warm-up, then a measured phase of which every
 * operation is waited for, so that operations, time and CPU time belong together exactly.
 */
public final class LoadDriver implements AutoCloseable {
  /** Far enough away; Long.MAX_VALUE would overflow in differences of nanoTime. */
  private static final Duration FAR = Duration.ofDays(365);

  private final Script script;
  private final LoadPlan plan;
  private Tally measured = new Tally(0);
  private final List<DriverLoop> loops = new ArrayList<>();

  private LoadDriver(Script script, LoadPlan plan) {
    this.script = script;
    this.plan = plan;
  }

  /**
   * Connects every connection and makes sure that it answers.
   *
   * @throws IllegalStateException naming an endpoint that does not answer
   */
  public static LoadDriver connect(Script script, LoadPlan plan) {
    LoadDriver driver = new LoadDriver(script, plan);
    try {
      driver.connectAll();
      return driver;
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
  }

  /**
   * The endpoints with the leader's first, so that a load on few connections hits the same member
   * in every run, whichever happens to lead.
   */
  public static List<String> leaderFirst(List<String> endpoints) {
    List<String> ordered = new ArrayList<>(endpoints);
    for (String endpoint : endpoints) {
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(endpoint)
              .usePlaintext()
              .proxyDetector(target -> null)
              .build();
      try {
        StatusResponse status = requireStatus(endpoint, channel);
        if (status.getLeader() == status.getHeader().getMemberId()) {
          ordered.remove(endpoint);
          ordered.add(0, endpoint);
        }
      } finally {
        channel.shutdownNow();
      }
    }
    return ordered;
  }

  /**
   * Warms up, measures, and says what came of it.
   *
   * @param serverPids the processes whose CPU time and syncs are counted; none if empty
   * @throws IllegalStateException if nothing at all was answered for a long time
   */
  public LoadResult run(List<Long> serverPids, ProgressLine progress) throws InterruptedException {
    warmUp(progress);
    try (CostMeter meter =
        script.writes() ? CostMeter.start(serverPids) : CostMeter.startWithoutSyncs(serverPids)) {
      measured = measure(progress);
      return LoadResult.of(script.name(), plan, measured, meter.stop());
    }
  }

  /**
   * Measures the same load, without a warm-up, for as long as something else goes on.
   *
   * @param end ends the load; if it fails so does this, with the same cause
   */
  public LoadResult runUntil(CompletableFuture<?> end, List<Long> serverPids, ProgressLine progress)
      throws InterruptedException {
    Cost before = Cost.of(serverPids);
    long endNanos = System.nanoTime() + FAR.toNanos();
    measured = phase(script.name(), endNanos, Long.MAX_VALUE, end::isDone, progress);
    Cost cost = Cost.of(serverPids).since(before);
    end.join();
    return LoadResult.of(script.name(), plan, measured, cost);
  }

  /** The same load without counting it. */
  Tally warmUp(ProgressLine progress) throws InterruptedException {
    long nowNanos = System.nanoTime();
    if (plan.warmup().isZero()) {
      return new Tally(nowNanos);
    }
    long endNanos = nowNanos + plan.warmup().toNanos();
    return phase("warm-up", endNanos, Long.MAX_VALUE, () -> false, progress);
  }

  /** The load as planned. */
  Tally measure(ProgressLine progress) throws InterruptedException {
    boolean counted = plan.total() > 0;
    Duration bound = counted ? FAR : plan.duration();
    return phase(
        script.name(),
        System.nanoTime() + bound.toNanos(),
        counted ? plan.total() : Long.MAX_VALUE,
        () -> false,
        progress);
  }

  /** What was counted in the last run, to be drawn. */
  Tally measured() {
    return measured;
  }

  /**
   * Draws the last run's latency at a percentile again, in microseconds, from slices of its time.
   *
   * @throws IllegalStateException if no operation succeeded
   */
  public Draw percentileMicros(double percent) {
    Draw nanos = measured.percentile(percent);
    return random -> nanos.again(random) / 1e3;
  }

  @Override
  public void close() {
    loops.forEach(DriverLoop::close);
  }

  private void connectAll() {
    SplittableRandom seeds = new SplittableRandom(plan.seed());
    int loopCount = Math.min(plan.eventLoops(), plan.connections());
    for (int i = 0; i < loopCount; i++) {
      loops.add(new DriverLoop(script, seeds.split(), new DefaultThreadFactory("driver", true)));
    }
    for (int i = 0; i < plan.connections(); i++) {
      String endpoint = plan.endpoints().get(i % plan.endpoints().size());
      requireStatus(endpoint, loops.get(i % loopCount).connect(endpoint));
    }
  }

  private Tally phase(
      String name, long endNanos, long total, BooleanSupplier over, ProgressLine progress)
      throws InterruptedException {
    long startNanos = System.nanoTime();
    List<CompletableFuture<Tally>> running = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      Phase share =
          new Phase(
              startNanos,
              endNanos,
              total == Long.MAX_VALUE ? total : share(total, i),
              over,
              plan.open() ? 0 : (int) share(plan.clients(), i),
              plan.ratePerSecond() / loops.size(),
              Math.max(1, (int) share(plan.maxInFlight(), i)));
      running.add(loops.get(i).run(share));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(running.toArray(new CompletableFuture<?>[0]));
    Vigil vigil =
        new Vigil(
            name,
            () -> loops.stream().mapToLong(DriverLoop::finished).sum(),
            () -> loops.stream().mapToLong(DriverLoop::failed).sum(),
            Vigil.STALLED,
            progress);
    // A server that fell silent: what is in flight ends with errors, and the phase with it.
    vigil.keep(all, () -> loops.forEach(DriverLoop::abort));
    Tally sum = Tally.sliced(startNanos);
    running.forEach(tally -> sum.add(tally.join()));
    return sum;
  }

  private long share(long whole, int loop) {
    return whole / loops.size() + (loop < whole % loops.size() ? 1 : 0);
  }

  static StatusResponse requireStatus(String endpoint, ManagedChannel channel) {
    try {
      return MaintenanceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .status(StatusRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      throw new IllegalStateException(
          endpoint + " does not answer (" + reason(e) + "): is the server running there?", e);
    }
  }

  /** The error in one line: gRPC's own text for a refused connection is "io exception". */
  private static String reason(StatusRuntimeException e) {
    Throwable cause = e.getStatus().getCause();
    return e.getStatus().getDescription() + (cause == null ? "" : ", " + cause.getMessage());
  }
}
