package io.kelson.server.metrics;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.runtime.StateMachine;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.server.rpc.LineLimit;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What applying costs, measured around the state machine, which must not look at clocks itself. A
 * group that takes too long is worth a line.
 */
final class ApplyMetrics implements Scrape.Part {
  private static final Logger LOG = LoggerFactory.getLogger(ApplyMetrics.class);
  private static final int LINES_PER_SECOND = 10;

  // etcd's buckets: 1 ms doubled 14 times, so up to 8.192 s.
  private final Distribution commits = Distribution.doubling(0.001, 14);
  private final Distribution seconds = Distribution.doubling(0.00001, 20);
  private final Distribution groupEntries = Distribution.doubling(1, 14);
  private final Distribution flushes = Distribution.doubling(0.001, 16);
  private final LongAdder slow = new LongAdder();
  private final LineLimit lines = new LineLimit(LINES_PER_SECOND, System::nanoTime);
  private final long slowNanos;
  private volatile boolean installing;

  /**
   * @param slowApply groups that take longer are worth a line; zero: none are
   */
  ApplyMetrics(Duration slowApply) {
    this.slowNanos = slowApply.toNanos();
  }

  StateMachine measured(StateMachine machine) {
    return new Measured(machine);
  }

  private void took(List<Entry> entries, long nanos) {
    commits.addNanos(nanos);
    seconds.addNanos(nanos);
    groupEntries.add(entries.size());
    if (slowNanos > 0 && nanos > slowNanos) {
      slow.increment();
      long leftOut = lines.ask();
      if (leftOut >= 0) {
        write(entries, nanos, leftOut);
      }
    }
  }

  private static void write(List<Entry> entries, long nanos, long leftOut) {
    LOG.warn(
        "slow apply: entries={} first={} last={} bytes={} took={}ms{}",
        entries.size(),
        entries.get(0).position(),
        entries.get(entries.size() - 1).position(),
        entries.stream().mapToLong(Entry::sizeBytes).sum(),
        nanos / 1_000_000,
        leftOut == 0 ? "" : "; " + leftOut + " more were slow and have no line");
  }

  @Override
  public void collect(Scrape into) {
    into.histograms(
            "etcd_disk_backend_commit_duration_seconds",
            "How long groups of entries took to be applied and written to the store as one batch.")
        .at(Labels.EMPTY, commits)
        .add();
    into.counter("etcd_server_slow_apply_total", "Groups that took too long to apply.", slow.sum());
    into.gauge(
        "etcd_server_snapshot_apply_in_progress_total",
        "Whether a snapshot from another member is being installed.",
        installing);
    into.histograms(
            "kelson_apply_seconds",
            "How long groups of entries took to be applied, in finer buckets than etcd's.")
        .at(Labels.EMPTY, seconds)
        .add();
    into.histograms("kelson_apply_group_entries", "Entries applied as one group.")
        .at(Labels.EMPTY, groupEntries)
        .add();
    into.histograms(
            "kelson_store_flush_seconds",
            "How long it took to make the store durable so that the log can be cut.")
        .at(Labels.EMPTY, flushes)
        .add();
  }

  private final class Measured implements StateMachine {
    private final StateMachine machine;

    Measured(StateMachine machine) {
      this.machine = machine;
    }

    @Override
    public void apply(List<Entry> entries) {
      long began = System.nanoTime();
      machine.apply(entries);
      took(entries, System.nanoTime() - began);
    }

    @Override
    public void install(ReceivedSnapshot snapshot) {
      installing = true;
      try {
        machine.install(snapshot);
      } finally {
        installing = false;
      }
    }

    @Override
    public LogPosition flush() {
      long began = System.nanoTime();
      LogPosition durable = machine.flush();
      flushes.addNanos(System.nanoTime() - began);
      return durable;
    }

    @Override
    public LogPosition settle() {
      return machine.settle();
    }

    @Override
    public LogPosition applied() {
      return machine.applied();
    }

    @Override
    public LogPosition durable() {
      return machine.durable();
    }

    @Override
    public byte[] config() {
      return machine.config();
    }

    @Override
    public void stopWaiting() {
      machine.stopWaiting();
    }
  }
}
