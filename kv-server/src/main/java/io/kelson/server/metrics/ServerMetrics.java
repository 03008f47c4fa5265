package io.kelson.server.metrics;

import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.KelsonVersion;
import io.kelson.server.mvcc.StoreStats;
import io.kelson.server.rpc.DoorStats;
import io.kelson.server.watch.WatchStats;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;

/** What can be asked when somebody scrapes: consensus, store, watches, leases, reads. */
final class ServerMetrics implements Scrape.Part {
  private static final double NANOS = 1e-9;

  private final Sources sources;

  ServerMetrics(Sources sources) {
    this.sources = sources;
  }

  @Override
  public void collect(Scrape into) {
    identity(into);
    consensus(into);
    StoreStats store = sources.store().stats();
    keys(into, store);
    database(into, store);
    disk(into, store);
    watches(into, sources.watches().stats());
    purge(into);
    reads(into, sources.door().stats());
  }

  private void identity(Scrape into) {
    into.gauges("etcd_server_id", "This member's id, as a label.")
        .at(Labels.of("server_id", PeerMetrics.hex(sources.self())), 1)
        .add();
    into.gauges("etcd_server_version", "The etcd version whose API is spoken, as a label.")
        .at(Labels.of("server_version", KelsonVersion.ETCD_API), 1)
        .add();
    into.gauges("etcd_cluster_version", "The cluster's version, as a label.")
        .at(Labels.of("cluster_version", major(KelsonVersion.CLUSTER)), 1)
        .add();
    into.gauges("kelson_version", "Kelson's own version, as a label.")
        .at(Labels.of("version", KelsonVersion.OWN), 1)
        .add();
  }

  /** etcd shows major and minor only. */
  private static String major(String version) {
    return version.substring(0, version.lastIndexOf('.'));
  }

  private void consensus(Scrape into) {
    RaftStatus status = sources.status().get();
    into.gauge("etcd_server_has_leader", "Whether a leader is known.", status.leader() != 0);
    into.gauge("etcd_server_is_leader", "Whether this member leads.", status.isLeader());
    into.gauge(
        "etcd_server_is_learner",
        "Whether this member is a learner.",
        sources.isLearner().getAsBoolean());
    into.gauge(
        "etcd_server_proposals_committed_total",
        "Last index of the log known to be committed.",
        status.commitIndex());
    into.gauge("etcd_server_proposals_applied_total", "Last index applied.", status.appliedIndex());
    into.gauge("kelson_raft_term", "The term.", status.term());
    into.gauge("kelson_raft_last_index", "Last index of the log.", status.lastIndex());
    into.gauge(
        "kelson_raft_durable_index", "Last index that the disk holds.", status.durableIndex());
  }

  private void keys(Scrape into, StoreStats store) {
    into.gauge(
        "etcd_mvcc_db_total_size_in_bytes",
        "Bytes the store takes up, what is not flushed yet included.",
        store.sizeBytes());
    into.gauge(
        "etcd_mvcc_db_total_size_in_use_in_bytes",
        "Estimate of the bytes that would remain if everything superseded were gone.",
        store.inUseBytes());
    into.gauge(
        "etcd_mvcc_db_open_read_transactions",
        "Views of the store that somebody holds, the newest included.",
        store.openSnapshots());
    into.gauge("etcd_debugging_mvcc_keys_total", "Keys in the store.", sources.store().keys());
    into.gauge(
        "etcd_debugging_mvcc_current_revision",
        "The store's revision.",
        sources.store().currentRevision());
    into.gauge(
        "etcd_debugging_mvcc_compact_revision",
        "The oldest revision that can be read, if there was a compaction.",
        sources.store().compactRevision());
  }

  private static void database(Scrape into, StoreStats store) {
    into.gauge(
        "kelson_rocksdb_memtable_bytes",
        "Bytes in memory that are not flushed.",
        store.memtableBytes());
    into.gauge(
        "kelson_rocksdb_block_cache_bytes",
        "Bytes of blocks, indexes and filters in memory.",
        store.blockCacheBytes());
    into.gauge(
        "kelson_rocksdb_table_reader_bytes",
        "Memory of open files beside the block cache.",
        store.tableReaderBytes());
    into.gauge(
        "kelson_rocksdb_pending_compaction_bytes",
        "Estimate of the bytes that have to be merged.",
        store.pendingCompactionBytes());
    into.gauge(
        "kelson_rocksdb_running_compactions", "Merges under way.", store.runningCompactions());
    into.gauge("kelson_rocksdb_running_flushes", "Flushes under way.", store.runningFlushes());
    into.gauge(
        "kelson_rocksdb_writes_stopped",
        "Whether writes wait for flushes or merges.",
        store.writesStopped());
    into.gauge(
        "kelson_rocksdb_delayed_write_bytes_per_second",
        "How fast writes are let through; 0: at full speed.",
        store.delayedWriteBytesPerSecond());
    into.gauge(
        "kelson_rocksdb_background_errors",
        "Errors of flushes and merges since the store was opened.",
        store.backgroundErrors());
  }

  /** A disk that cannot be asked leaves its metrics out: no number is better than a wrong one. */
  private void disk(Scrape into, StoreStats store) {
    try {
      FileStore disk = Files.getFileStore(sources.storeDirectory());
      long free = disk.getUsableSpace();
      into.gauge("kelson_disk_free_bytes", "Free bytes on the disk of the data directory.", free);
      into.gauge(
          "kelson_disk_size_bytes",
          "Size of the disk of the data directory.",
          disk.getTotalSpace());
      quota(into, sources.quotaBytes() > 0 ? sources.quotaBytes() : store.sizeBytes() + free);
    } catch (IOException e) {
      if (sources.quotaBytes() > 0) {
        quota(into, sources.quotaBytes());
      }
    }
    into.gauge(
        "kelson_disk_full", "Whether this member waits for room.", sources.door().disk().isFull());
  }

  private static void quota(Scrape into, long bytes) {
    into.gauge(
        "etcd_server_quota_backend_bytes",
        "What the store may grow to; without a quota, what its disk has room for.",
        bytes);
  }

  private static void watches(Scrape into, WatchStats watches) {
    into.gauge("etcd_debugging_mvcc_watch_stream_total", "Open watch streams.", watches.streams());
    into.gauge("etcd_debugging_mvcc_watcher_total", "Watchers.", watches.watchers());
    into.gauge(
        "etcd_debugging_mvcc_slow_watcher_total",
        "Watchers that are behind and read history.",
        watches.catchingUpWatchers());
    into.counter(
        "etcd_debugging_mvcc_events_total",
        "Events queued for watchers.",
        watches.liveEvents() + watches.pastEvents());
    into.counter(
        "kelson_watch_past_events_total",
        "Those of the events that were read from history.",
        watches.pastEvents());
    into.gauge(
        "kelson_watch_queue_bytes",
        "Bytes of events that wait for clients to take them.",
        watches.queuedBytes());
  }

  private void purge(Scrape into) {
    into.counter(
        "etcd_debugging_mvcc_db_compaction_keys_total",
        "Events of compacted history removed.",
        sources.purge().removedEvents());
    into.counter(
        "kelson_purge_steps_total",
        "Small reads and writes that took to do so.",
        sources.purge().steps());
    into.counter(
        "kelson_purge_seconds_total",
        "How long those took in all.",
        sources.purge().stepNanos() * NANOS);
  }

  private void reads(Scrape into, DoorStats door) {
    into.gauge(
        "etcd_server_proposals_pending",
        "Requests of this member's clients that wait to be applied.",
        door.pendingProposals());
    into.counter(
        "etcd_server_proposals_failed_total",
        "Requests that failed on the way into the log or through it.",
        door.failedProposals());
    into.counter(
        "etcd_server_slow_read_indexes_total",
        "Questions for a read index that had to be asked once more.",
        door.repeatedReadQuestions());
    into.counter(
        "etcd_server_read_indexes_failed_total",
        "Questions for a read index that had no answer in time.",
        door.failedReadQuestions());
    into.counter("kelson_reads_total", "Linearizable reads.", door.reads());
    into.counter(
        "kelson_read_rounds_total",
        "Questions for a read index that those shared.",
        door.readQuestions());
    into.counter(
        "kelson_slow_requests_total",
        "Unary calls that took too long.",
        sources.slowRequests().count());
    into.gauge(
        "kelson_leases_held",
        "Leases whose time this member keeps.",
        sources.door().lessor().size());
    into.counter(
        "etcd_debugging_lease_renewed_total",
        "Renewals of leases taken by this member as the leader.",
        sources.door().lessor().renewals());
    into.counter(
        "etcd_debugging_server_lease_expired_total",
        "Leases that this member as the leader found to be over.",
        sources.door().lessor().expiries());
  }
}
