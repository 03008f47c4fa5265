package io.kelson.server.mvcc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The compacted events of a stretch of revisions, read first and then taken out by key.
 *
 * <p>By key, since what they kept alive lies in {@code hist} in that order: deletes that follow
 * each other there find their place in the memtable from the one before, which costs a fraction of
 * finding a random one. Of one key the older versions go first, and a delete's marker after all
 * that it hides, so that a crash between two steps brings nothing back. The events themselves go
 * last; until then a run that was interrupted can be read again.
 */
final class PurgeRun {
  private static final int SUFFIX = Long.BYTES;

  /** Of rows kept on the heap, if keys are long; with short ones the events are what ends a run. */
  private static final long MAX_BYTES = 8L << 20;

  private static final int BYTES_PER_ROW = 32;

  /** By user key; the revision stands inverted at the end, so the oldest is the largest there. */
  private static final Comparator<byte[]> OLDEST_OF_KEY_FIRST =
      (a, b) -> {
        int byKey = Arrays.compareUnsigned(a, 0, a.length - SUFFIX, b, 0, b.length - SUFFIX);
        return byKey != 0
            ? byKey
            : Arrays.compareUnsigned(
                b, b.length - SUFFIX, b.length, a, a.length - SUFFIX, a.length);
      };

  private final long from;
  private final long end;
  private final int maxEvents;
  private final List<byte[]> rows = new ArrayList<>();
  private long reached;
  private int events;
  private int deletes;
  private long bytes;
  private boolean read;
  private int next;

  /**
   * Of events from {@code from} on and before {@code end}.
   *
   * @param maxEvents ends with the revision that reaches so many
   */
  PurgeRun(long from, long end, int maxEvents) {
    this.from = from;
    this.end = end;
    this.maxEvents = maxEvents;
    this.reached = from;
  }

  /** Whether all its events have been read. */
  boolean isRead() {
    return read;
  }

  /**
   * Reads on, to the end of the revision that reaches so many events.
   *
   * @return how many it read
   */
  int read(StoreView view, int atMost) {
    int before = events;
    int limit = before + Math.min(atMost, maxEvents - before);
    try (EventReader reader = view.events(reached, end)) {
      long revision = reached;
      while (reader.advance()) {
        if (events >= limit && reader.revision() != revision) {
          reached = reader.revision();
          endOfReading(events >= maxEvents || bytes >= MAX_BYTES);
          return events - before;
        }
        revision = reader.revision();
        add(reader.record(), revision);
      }
    }
    reached = end;
    endOfReading(true);
    return events - before;
  }

  private void add(EventRecord event, long revision) {
    if (event.previousRevision() != 0) {
      add(Layout.histKey(event.key(), event.previousRevision()));
    }
    if (event.isDelete()) {
      deletes++;
      add(Layout.histKey(event.key(), revision));
    }
    events++;
  }

  private void add(byte[] row) {
    rows.add(row);
    bytes += row.length + BYTES_PER_ROW;
  }

  private void endOfReading(boolean ended) {
    if (ended) {
      rows.sort(OLDEST_OF_KEY_FIRST);
      read = true;
    }
  }

  /**
   * Takes out up to so many rows more, and the events with the last of them.
   *
   * @return whether that was all
   */
  boolean collect(Database database, WriteBatch writes, int atMost) throws RocksDBException {
    int until = next + Math.min(atMost, rows.size() - next);
    for (; next < until; next++) {
      writes.delete(database.hist(), rows.get(next));
    }
    if (next < rows.size()) {
      return false;
    }
    if (events > 0) {
      writes.deleteRange(database.rev(), Layout.revKey(from, 0), Layout.revKey(reached, 0));
    }
    return true;
  }

  /** Events before this revision are gone with this run. */
  long reached() {
    return reached;
  }

  int events() {
    return events;
  }

  /** How many of the events are deletes. */
  int deletes() {
    return deletes;
  }
}
