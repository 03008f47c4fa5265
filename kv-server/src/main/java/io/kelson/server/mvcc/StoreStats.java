package io.kelson.server.mvcc;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;

/**
 * What the database below a store is busy with and holds, for metrics.
 *
 * @param sizeBytes as {@link MvccStore#sizeBytes}
 * @param inUseBytes as {@link MvccStore#sizeInUseBytes}
 * @param memtableBytes in memory, not flushed yet
 * @param blockCacheBytes blocks read from files, indexes and filters that are in memory
 * @param tableReaderBytes memory of open files beside the block cache
 * @param openSnapshots views that somebody holds, the newest included
 * @param pendingCompactionBytes estimate of what has to be merged
 * @param runningCompactions merges under way
 * @param runningFlushes flushes under way
 * @param writesStopped whether writes have to wait for flushes or merges
 * @param delayedWriteBytesPerSecond how fast writes are let through; 0 if they are not slowed down
 * @param backgroundErrors errors of flushes and merges since the database was opened
 */
public record StoreStats(
    long sizeBytes,
    long inUseBytes,
    long memtableBytes,
    long blockCacheBytes,
    long tableReaderBytes,
    long openSnapshots,
    long pendingCompactionBytes,
    long runningCompactions,
    long runningFlushes,
    boolean writesStopped,
    long delayedWriteBytesPerSecond,
    long backgroundErrors) {
  static StoreStats of(Database database) {
    long memtables = database.property("rocksdb.cur-size-all-mem-tables");
    long files = database.property("rocksdb.total-sst-files-size");
    long live = database.property("rocksdb.estimate-live-data-size");
    return new StoreStats(
        Math.max(1, files + memtables),
        Math.max(1, live + memtables),
        memtables,
        ofAll(database, "rocksdb.block-cache-usage"),
        database.property("rocksdb.estimate-table-readers-mem"),
        ofAll(database, "rocksdb.num-snapshots"),
        database.property("rocksdb.estimate-pending-compaction-bytes"),
        ofAll(database, "rocksdb.num-running-compactions"),
        ofAll(database, "rocksdb.num-running-flushes"),
        ofAll(database, "rocksdb.is-write-stopped") != 0,
        ofAll(database, "rocksdb.actual-delayed-write-rate"),
        ofAll(database, "rocksdb.background-errors"));
  }

  /** Something that any column family answers for the whole database, or that all share. */
  private static long ofAll(Database database, String property) {
    ColumnFamilyHandle any = database.cur();
    try {
      return database.db().getLongProperty(any, property);
    } catch (RocksDBException e) {
      throw database.unreadable(e);
    }
  }
}
