package io.kelson.bench;

import io.kelson.api.WatchCreateRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * The mix of a Kubernetes cluster, with watchers of everything, as each API server has them: every
 * write must reach each of them.
 *
 * @param mix what is asked
 * @param watchers how many
 * @param plan its load; watchers have as many connections of their own
 * @param stalled how long to wait for events that do not come
 */
record KubernetesLoad(KubernetesMix mix, int watchers, LoadPlan plan, Duration stalled) {
  KubernetesLoad {
    if (watchers < 1) {
      throw new IllegalArgumentException("watchers must be positive, not " + watchers);
    }
  }

  /** Warms up, measures, and says what came of it; an operation is a request of the mix. */
  Measured run(List<Long> serverPids, ProgressLine progress) throws InterruptedException {
    WatchCreateRequest everything =
        WatchCreateRequest.newBuilder()
            .setKey(KubernetesMix.prefix())
            .setRangeEnd(KubernetesMix.prefixEnd())
            .setPrevKv(true)
            .build();
    List<WatchCreateRequest> watches = Collections.nCopies(watchers, everything);
    try (LoadDriver driver = LoadDriver.connect(mix, plan);
        WatchStreams watching =
            WatchStreams.open(plan, watches, watchers, EventSink::sinceStamp, stalled, progress)) {
      driver.warmUp(progress);
      watching.awaitDelivered(mix.written() * watchers, progress);
      try (CostMeter meter = CostMeter.start(serverPids)) {
        watching.restart(System.nanoTime());
        Tally tally = driver.measure(progress);
        long missing = watching.awaitDelivered(mix.written() * watchers, progress);
        Cost cost = meter.stop();
        Tally events = watching.restart(0);
        tally.noted("watch events", events.latencies().getTotalCount());
        tally.noted(
            "us to a watch event, p99", events.latencies().getValueAtPercentile(99) / 1_000);
        tally.failures("driver: watch events that did not come", missing);
        events.errors().forEach(tally::failures);
        return new Measured(LoadResult.of(mix.name(), plan, tally, cost), tally);
      }
    }
  }
}
