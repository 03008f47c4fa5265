package io.kelson.server.metrics;

import io.kelson.raft.log.LogMetrics;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.atomic.LongAdder;

/** What the log does to its disk. */
final class DiskMetrics implements LogMetrics, Scrape.Part {
  // etcd's buckets for both: 1 ms doubled 14 times, so up to 8.192 s.
  private final Distribution fsyncs = Distribution.doubling(0.001, 14);
  private final Distribution writes = Distribution.doubling(0.001, 14);
  private final Distribution fineFsyncs = Distribution.doubling(0.00001, 18);
  private final Distribution groupBatches = Distribution.doubling(1, 12);
  private final Distribution groupEntries = Distribution.doubling(1, 14);
  private final LongAdder bytes = new LongAdder();
  private final LongAdder entryBytes = new LongAdder();

  @Override
  public void synced(int batches, int entries, long entrySize, long syncNanos) {
    groupBatches.add(batches);
    groupEntries.add(entries);
    entryBytes.add(entrySize);
  }

  @Override
  public void wrote(int count, long nanos) {
    writes.addNanos(nanos);
    bytes.add(count);
  }

  @Override
  public void forced(long nanos) {
    fsyncs.addNanos(nanos);
    fineFsyncs.addNanos(nanos);
  }

  @Override
  public void collect(Scrape into) {
    into.histograms("etcd_disk_wal_fsync_duration_seconds", "How long syncs of the log took.")
        .at(Labels.EMPTY, fsyncs)
        .add();
    into.histograms("etcd_disk_wal_write_duration_seconds", "How long writes of the log took.")
        .at(Labels.EMPTY, writes)
        .add();
    into.gauge(
        "etcd_disk_wal_write_bytes_total",
        "Bytes written to the log since the start.",
        bytes.sum());
    into.histograms(
            "kelson_log_fsync_seconds",
            "How long syncs of the log took, in finer buckets than etcd's.")
        .at(Labels.EMPTY, fineFsyncs)
        .add();
    into.histograms("kelson_log_sync_batches", "Batches made durable with one sync of the log.")
        .at(Labels.EMPTY, groupBatches)
        .add();
    into.histograms("kelson_log_sync_entries", "Entries made durable with one sync of the log.")
        .at(Labels.EMPTY, groupEntries)
        .add();
    into.counter(
        "kelson_log_entry_bytes_total",
        "Bytes of entries made durable; what the log writes beyond that is framing.",
        entryBytes.sum());
  }
}
