package io.kelson.bench;

import java.time.Duration;
import java.util.List;

/**
 * How large the loads of a side-by-side run are.
 *
 * @param keys what is put and read
 * @param valueBytes of each value
 * @param listed what is listed and counted, filled when first needed
 * @param page keys in a page of these
 * @param watchers of one key
 * @param leases kept alive or left alone
 * @param ttlSeconds of those that are left alone
 */
record Sizes(
    KeySpace keys,
    int valueBytes,
    KeySpace listed,
    int page,
    int watchers,
    int leases,
    long ttlSeconds) {
  /** Small enough for a page of 10,000 to stay below what a client takes by default. */
  static final int LISTED_VALUE_BYTES = 64;

  /** Longer than any measurement: none may end meanwhile. */
  private static final long KEPT_SECONDS = 600;

  /** Pages of 10,000 keys, 1,000 watchers, 10,000 leases. */
  static Sizes of(KeySpace keys, int valueBytes, long listed, long ttlSeconds) {
    return new Sizes(
        keys,
        valueBytes,
        new KeySpace(listed, 24, "bench-listed-"),
        (int) Math.min(10_000, listed),
        1_000,
        10_000,
        ttlSeconds);
  }

  LoadResult measure(
      Step.Operation operation, LoadPlan plan, List<Long> pids, ProgressLine progress)
      throws InterruptedException {
    Duration stalled = Vigil.STALLED;
    return switch (operation) {
      case PUT -> drive(new PutWorkload(keys, valueBytes, false), plan, pids, progress);
      case RANGE_LINEARIZABLE -> drive(new RangeWorkload(keys, false), plan, pids, progress);
      case RANGE_SERIALIZABLE -> drive(new RangeWorkload(keys, true), plan, pids, progress);
      case TXN_PUT -> drive(new TxnPutWorkload(keys, valueBytes), plan, pids, progress);
      case PAGE -> drive(new PageWorkload(listed, page, false), plan, pids, progress);
      case COUNT -> drive(new CountWorkload(listed, false), plan, pids, progress);
      case WATCH ->
          new WatchLoad(
                  "watch",
                  WatchLoad.keys(1),
                  watchers,
                  plan.connections(),
                  valueBytes,
                  plan,
                  stalled)
              .run(pids, progress)
              .result();
      case LEASE_KEEPALIVE ->
          new LeaseLoad(leases, KEPT_SECONDS, plan.connections(), plan, stalled)
              .keepAlive(pids, progress)
              .result();
      case LEASE_EXPIRY ->
          new LeaseLoad(leases, ttlSeconds, plan.connections(), plan, stalled)
              .expire(pids, progress)
              .result();
    };
  }

  static LoadResult drive(Script script, LoadPlan plan, List<Long> pids, ProgressLine progress)
      throws InterruptedException {
    try (LoadDriver driver = LoadDriver.connect(script, plan)) {
      return driver.run(pids, progress);
    }
  }
}
