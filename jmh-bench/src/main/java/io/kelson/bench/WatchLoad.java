package io.kelson.bench;

import io.kelson.api.WatchCreateRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Writers and watchers: what counts is the events. Each put of a watched key must reach every
 * watcher of it, once and in order; latency counts from the moment the put was sent until the event
 * is read, and what does not come is an error.
 *
 * @param name in results
 * @param keys what is written and watched
 * @param watchers how many; a multiple of the number of keys, of which each gets as many
 * @param streams on how many streams
 * @param valueBytes of each put
 * @param plan the writers' load; watchers have as many connections of their own
 * @param stalled how long to wait for events that do not come
 */
record WatchLoad(
    String name,
    KeySpace keys,
    int watchers,
    int streams,
    int valueBytes,
    LoadPlan plan,
    Duration stalled) {
  WatchLoad {
    if (watchers < 1 || watchers % keys.size() != 0) {
      throw new IllegalArgumentException(
          watchers + " watchers cannot be shared evenly by " + keys.size() + " keys");
    }
    if (streams < 1) {
      throw new IllegalArgumentException("streams must be positive, not " + streams);
    }
  }

  /** The keys that are watched: apart from those of other loads, which would not be expected. */
  static KeySpace keys(long size) {
    return new KeySpace(size, 24, "bench-watch-");
  }

  /** Warms up, measures, and says what came of it. */
  Measured run(List<Long> serverPids, ProgressLine progress) throws InterruptedException {
    long perPut = watchers / keys.size();
    try (LoadDriver writers = LoadDriver.connect(new StampedPutWorkload(keys, valueBytes), plan);
        WatchStreams watching =
            WatchStreams.open(plan, watches(), streams, EventSink::sinceStamp, stalled, progress)) {
      long warm = writers.warmUp(progress).latencies().getTotalCount();
      long missing = watching.awaitDelivered(warm * perPut, progress);
      if (missing > 0) {
        throw new IllegalStateException(missing + " events of the warm-up did not come");
      }
      long before = watching.delivered();
      try (CostMeter meter = CostMeter.startWithoutSyncs(serverPids)) {
        watching.restart(System.nanoTime());
        Tally puts = writers.measure(progress);
        long acknowledged = puts.latencies().getTotalCount();
        missing = watching.awaitDelivered(before + acknowledged * perPut, progress);
        Cost cost = meter.stop();
        Tally events = watching.restart(0);
        events.failures("driver: events that did not come", missing);
        puts.errors().forEach((text, count) -> events.failures("put: " + text, count));
        events.noted("puts", acknowledged);
        events.noted("watchers", watchers);
        events.noted("keys watched", keys.size());
        return new Measured(LoadResult.of(name, plan, events, cost), events);
      }
    }
  }

  private List<WatchCreateRequest> watches() {
    List<WatchCreateRequest> watches = new ArrayList<>();
    for (int i = 0; i < watchers; i++) {
      watches.add(WatchCreateRequest.newBuilder().setKey(keys.key(i % keys.size())).build());
    }
    return watches;
  }
}
