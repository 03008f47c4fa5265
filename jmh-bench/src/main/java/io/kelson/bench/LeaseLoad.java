package io.kelson.bench;

import io.kelson.api.WatchCreateRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Many leases: kept alive, or left alone until they are gone.
 *
 * @param leases how many
 * @param ttlSeconds of each; longer than it takes to grant them all
 * @param streams of keepalives
 * @param plan the cluster and connections; its clients are keepalives in flight over all streams
 * @param stalled how long nothing may happen that should
 */
record LeaseLoad(int leases, long ttlSeconds, int streams, LoadPlan plan, Duration stalled) {
  private static final int GRANTING_CLIENTS = 64;

  LeaseLoad {
    if (leases < 1 || ttlSeconds < 1 || streams < 1) {
      throw new IllegalArgumentException("leases, ttl and streams must be positive");
    }
  }

  /** Keepalives in a closed loop over streams. */
  Measured keepAlive(List<Long> serverPids, ProgressLine progress) throws InterruptedException {
    LeaseGrants grants = grant(false, progress);
    try (KeepAlives alive = new KeepAlives(plan, grants.ids(), streams)) {
      if (!plan.warmup().isZero()) {
        long end = System.nanoTime() + plan.warmup().toNanos();
        alive.phase("warm-up", end, plan.clients(), Long.MAX_VALUE, progress);
      }
      boolean counted = plan.total() > 0;
      Duration bound = counted ? Duration.ofDays(365) : plan.duration();
      try (CostMeter meter = CostMeter.startWithoutSyncs(serverPids)) {
        Tally tally =
            alive.phase(
                "lease-keepalive",
                System.nanoTime() + bound.toNanos(),
                plan.clients(),
                counted ? plan.total() : Long.MAX_VALUE,
                progress);
        Cost cost = meter.stop();
        tally.noted("leases", leases);
        tally.noted("streams", Math.min(streams, leases));
        LoadResult result = LoadResult.of("lease-keepalive", plan, tally, cost);
        drive(new LeaseRevokes(grants.ids()), progress);
        return new Measured(result, tally);
      }
    }
  }

  /**
   * Leases with one key each that are renewed together once and then left alone. An operation is a
   * lease whose key is seen to be gone; its latency is by how much that is after it came due, and
   * the time counts from when the first one did.
   */
  Measured expire(List<Long> serverPids, ProgressLine progress) throws InterruptedException {
    LeaseGrants grants = grant(true, progress);
    Expiries expiries = new Expiries(keys(), grants.grantedSeconds());
    WatchCreateRequest all =
        WatchCreateRequest.newBuilder().setKey(keys().key(0)).setRangeEnd(keys().end()).build();
    try (KeepAlives alive = new KeepAlives(plan, grants.ids(), streams);
        WatchStreams watching =
            WatchStreams.open(plan, List.of(all), 1, expiries, patience(), progress)) {
      Tally renewals = alive.once(progress);
      expiries.renewed(alive.sentNanos(), alive.answeredNanos());
      watching.restart(expiries.firstDueNanos());
      try (CostMeter meter = CostMeter.startWithoutSyncs(serverPids)) {
        long missing = watching.awaitDelivered(leases, progress);
        Cost cost = meter.stop();
        Tally gone = watching.restart(0);
        gone.failures("driver: leases that did not go", missing);
        renewals.errors().forEach(gone::failures);
        gone.noted("leases", leases);
        return new Measured(LoadResult.of("lease-expiry", plan, gone, cost), gone);
      }
    }
  }

  /** Nothing comes before the leases are due. */
  private Duration patience() {
    return stalled.plusSeconds(ttlSeconds);
  }

  private KeySpace keys() {
    return new KeySpace(leases, 24, "bench-lease-");
  }

  private LeaseGrants grant(boolean withKeys, ProgressLine progress) throws InterruptedException {
    LeaseGrants grants = new LeaseGrants(keys(), withKeys, ttlSeconds);
    drive(grants, progress);
    return grants;
  }

  private void drive(Script script, ProgressLine progress) throws InterruptedException {
    LoadPlan once = plan.of(Math.min(GRANTING_CLIENTS, leases), leases);
    try (LoadDriver driver = LoadDriver.connect(script, once)) {
      LoadResult result = driver.run(List.of(), progress);
      if (result.errorCount() > 0) {
        throw new IllegalStateException(script.name() + " failed: " + result.errors());
      }
    }
  }

  /** When each lease came due, and by how much later it was gone. */
  private static final class Expiries implements EventSink {
    private final KeySpace keys;
    private final long ttlNanos;
    private volatile long[] earliestNanos = {};
    private volatile long[] dueNanos = {};

    Expiries(KeySpace keys, long ttlSeconds) {
      this.keys = keys;
      this.ttlNanos = Duration.ofSeconds(ttlSeconds).toNanos();
    }

    /** The server renewed each lease between the question and the answer. */
    void renewed(long[] sentNanos, long[] answeredNanos) {
      earliestNanos = Arrays.stream(sentNanos).map(nanos -> nanos + ttlNanos).toArray();
      dueNanos = Arrays.stream(answeredNanos).map(nanos -> nanos + ttlNanos).toArray();
    }

    long firstDueNanos() {
      return Arrays.stream(dueNanos).min().orElseThrow();
    }

    @Override
    public void count(HeardEvent event, long nowNanos, Tally tally) {
      if (dueNanos.length == 0 || event.isPut()) {
        tally.failed("driver: a lease was gone before it could be renewed", nowNanos);
        return;
      }
      int number = (int) keys.number(event.key());
      if (nowNanos - earliestNanos[number] < 0) {
        tally.failed("driver: a lease was gone before it came due", nowNanos);
      } else {
        tally.succeeded(dueNanos[number], nowNanos);
      }
    }
  }
}
