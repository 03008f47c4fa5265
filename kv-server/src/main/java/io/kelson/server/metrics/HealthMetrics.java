package io.kelson.server.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** How checks of this member's health went. Thread-safe. */
public final class HealthMetrics implements Scrape.Part {
  private record Check(String type, String name) implements Comparable<Check> {
    @Override
    public int compareTo(Check other) {
      int byType = type.compareTo(other.type);
      return byType != 0 ? byType : name.compareTo(other.name);
    }
  }

  private static final class Results {
    final LongAdder successes = new LongAdder();
    final LongAdder failures = new LongAdder();
    volatile boolean last;
  }

  private final LongAdder successes = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Map<Check, Results> checks = new ConcurrentSkipListMap<>();

  /** {@code /health} was answered. */
  public void answered(boolean healthy) {
    (healthy ? successes : failures).increment();
  }

  /**
   * One check of {@code /livez} or {@code /readyz} was made.
   *
   * @param type {@code livez} or {@code readyz}
   * @param name one of the checks there are: becomes a label
   */
  public void checked(String type, String name, boolean healthy) {
    Results results = checks.computeIfAbsent(new Check(type, name), unknown -> new Results());
    (healthy ? results.successes : results.failures).increment();
    results.last = healthy;
  }

  @Override
  public void collect(Scrape into) {
    into.counter("etcd_server_health_success", "Checks of health that succeeded.", successes.sum());
    into.counter("etcd_server_health_failures", "Checks of health that failed.", failures.sum());
    if (checks.isEmpty()) {
      return;
    }
    var last = into.gauges("etcd_server_healthcheck", "How a check went last: 1 is well.");
    var all = into.counters("etcd_server_healthchecks_total", "How often a check went how.");
    checks.forEach(
        (check, results) -> {
          Labels labels = Labels.of("type", check.type, "name", check.name);
          last.at(labels, results.last ? 1 : 0);
          all.at(labels.add("status", "success"), results.successes.sum());
          all.at(labels.add("status", "error"), results.failures.sum());
        });
    last.add();
    all.add();
  }
}
