package io.kelson.server.mvcc;

import org.rocksdb.CompactRangeOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Takes compacted history out of the database, oldest first, a few events at a time.
 *
 * <p>An event before the compact revision goes together with what only it kept alive: the pair it
 * superseded and, if it was a delete, its tombstone. It goes in runs of thousands of events, of
 * which each step reads or removes a few: see {@link PurgeRun} for the order in which. Each step is
 * one atomic write and touches nothing that the apply thread writes, so it needs no lock against
 * it; what is lost in a crash is simply done again. One thread at a time.
 */
final class Purge {
  private static final int STEPS_OF_READING_PER_RUN = 64;

  private final Database database;

  /** The events being read or taken out; null between two runs. */
  private PurgeRun run;

  /**
   * Events before this revision are known to be gone; spares walking over what was deleted. Written
   * by the thread that purges.
   */
  private volatile long purgedTo;

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
   * @param most reads or removes what so many events need at most, but for the rest of a revision
   * @return whether anything is left to do
   */
  boolean step(StoreView view, int most) {
    long end = view.compactRevision();
    if (run == null) {
      if (purgedTo >= end) {
        return false;
      }
      long events = (long) most * STEPS_OF_READING_PER_RUN;
      run = new PurgeRun(purgedTo, end, (int) Math.min(events, Integer.MAX_VALUE));
    }
    boolean done = false;
    try {
      int left = most;
      if (!run.isRead()) {
        left -= run.read(view, most);
      }
      if (run.isRead() && left > 0) {
        remove(left);
      }
      done = true;
    } finally {
      if (!done) {
        // What a step that failed had taken from the run may not have been written: from its start.
        run = null;
      }
    }
    return run != null || purgedTo < end;
  }

  private void remove(int most) {
    try (WriteBatch writes = new WriteBatch()) {
      boolean last = run.collect(database, writes, most);
      if (writes.count() > 0) {
        database.write(writes);
      }
      if (last) {
        purgedTo = run.reached();
        unreclaimed += run.events();
        unreclaimedDeletes += run.deletes();
        run = null;
      }
    } catch (RocksDBException e) {
      throw new StoreException("cannot collect writes for " + database.directory(), e);
    }
  }

  /** How many revisions there are to take events out of, or more. Any thread. */
  long backlog(StoreView view) {
    return Math.max(0, view.compactRevision() - purgedTo);
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
}
