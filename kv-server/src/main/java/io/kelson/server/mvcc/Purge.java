package io.kelson.server.mvcc;

import org.rocksdb.CompactRangeOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Takes compacted history out of the database, oldest first, a few events at a time.
 *
 * <p>An event before the compact revision goes together with what only it kept alive: the pair it
 * superseded and, if it was a delete, its tombstone. Going by ascending revision, an older version
 * is always gone before the tombstone that hides it. Each step is one atomic write and touches
 * nothing that the apply thread writes, so it needs no lock against it; a step lost in a crash is
 * simply done again. One thread at a time.
 */
final class Purge {
  private final Database database;

  /** Events before this revision are known to be gone; spares walking over what was deleted. */
  private long purgedTo;

  /** Events taken out whose space the files have not given back yet. */
  private long unreclaimed;

  /** How many of those were deletes, whose pairs lie below their markers among the newest. */
  private long unreclaimedDeletes;

  /** The merging under way, if any. Guarded by this, as it is stopped by another thread. */
  private CompactRangeOptions merging;

  private boolean stopped;

  Purge(Database database) {
    this.database = database;
  }

  /** Where it purges. */
  Database database() {
    return database;
  }

  /**
   * Does one step.
   *
   * @param maxEvents stop at the end of the revision that reaches so many
   * @return whether anything is left to do
   */
  boolean step(StoreView view, int maxEvents) {
    long end = view.compactRevision();
    if (purgedTo >= end) {
      return false;
    }
    try (EventReader events = view.events(purgedTo, end);
        WriteBatch writes = new WriteBatch()) {
      long reached = end;
      int seen = 0;
      long revision = 0;
      while (events.advance()) {
        if (seen >= maxEvents && events.revision() != revision) {
          reached = events.revision();
          break;
        }
        revision = events.revision();
        drop(events.record(), revision, writes);
        seen++;
      }
      if (seen > 0) {
        writes.deleteRange(database.rev(), Layout.revKey(purgedTo, 0), Layout.revKey(reached, 0));
        database.write(writes);
        unreclaimed += seen;
      }
      purgedTo = reached;
      return reached < end;
    } catch (RocksDBException e) {
      throw new StoreException("cannot collect writes for " + database.directory(), e);
    }
  }

  /** Events taken out since {@link #reclaim} ran. */
  long unreclaimed() {
    return unreclaimed;
  }

  /**
   * Merges the files that hold what was taken out, so that they shrink; the apply thread and
   * RocksDB's own merging go on meanwhile. What an open view still shows stays.
   *
   * @param newest also the files of the newest versions, which costs as much as they are large
   */
  void reclaim(boolean newest) {
    try (CompactRangeOptions options =
        new CompactRangeOptions().setExclusiveManualCompaction(false).setAllowWriteStall(false)) {
      if (!begin(options)) {
        return;
      }
      try {
        byte[] first = Layout.revKey(0, 0);
        database.db().compactRange(database.rev(), first, Layout.revKey(purgedTo, 0), options);
        // Superseded pairs lie anywhere among the keys. Their column family holds little else:
        // what was superseded after the compact revision.
        database.db().compactRange(database.hist(), null, null, options);
        if (newest) {
          database.db().compactRange(database.cur(), null, null, options);
          unreclaimedDeletes = 0;
        }
        unreclaimed = 0;
      } finally {
        end();
      }
    } catch (RocksDBException e) {
      if (!isStopped()) {
        throw new StoreException(
            "cannot merge the files in " + database.directory() + ": " + e.getMessage(), e);
      }
    }
  }

  /** Deletes among them, but for those that a merging of the newest versions has seen. */
  long unreclaimedDeletes() {
    return unreclaimedDeletes;
  }

  private synchronized boolean begin(CompactRangeOptions options) {
    merging = stopped ? null : options;
    return merging != null;
  }

  private synchronized void end() {
    merging = null;
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  /** Makes {@link #reclaim} return soon, now and ever after. Any thread. */
  synchronized void stopReclaiming() {
    stopped = true;
    if (merging != null) {
      merging.setCanceled(true);
    }
  }

  private void drop(EventRecord event, long revision, WriteBatch writes) throws RocksDBException {
    if (event.previousRevision() != 0) {
      writes.delete(database.hist(), Layout.histKey(event.key(), event.previousRevision()));
    }
    if (event.isDelete()) {
      unreclaimedDeletes++;
      writes.delete(database.hist(), Layout.histKey(event.key(), revision));
    }
  }
}
