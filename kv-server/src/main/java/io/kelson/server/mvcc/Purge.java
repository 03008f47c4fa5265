package io.kelson.server.mvcc;

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
      }
      purgedTo = reached;
      return reached < end;
    } catch (RocksDBException e) {
      throw new StoreException("cannot collect writes for " + database.directory(), e);
    }
  }

  private void drop(EventRecord event, long revision, WriteBatch writes) throws RocksDBException {
    if (event.previousRevision() != 0) {
      writes.delete(database.hist(), Layout.histKey(event.key(), event.previousRevision()));
    }
    if (event.isDelete()) {
      writes.delete(database.hist(), Layout.histKey(event.key(), revision));
    }
  }
}
