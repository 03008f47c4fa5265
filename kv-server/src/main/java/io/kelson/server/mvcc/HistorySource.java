package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;
import java.util.HashMap;
import java.util.Map;
import org.rocksdb.ReadOptions;

/**
 * The keys as they were at an older revision: the newest version of a key where that is old enough,
 * else what {@code hist} holds for it.
 */
final class HistorySource implements Source {
  /** Walking back more events than this costs more than walking most ranges. */
  private static final int MAX_EVENTS_TO_WALK_BACK = 100_000;

  private final Database database;
  private final ReadOptions reads;
  private final long revision;
  private final LatestSource latest;

  HistorySource(Database database, ReadOptions reads, long revision) {
    this.database = database;
    this.reads = reads;
    this.revision = revision;
    this.latest = new LatestSource(database, reads);
  }

  @Override
  public KeyValue get(ByteString key) {
    KeyValue newest = latest.get(key);
    if (newest != null && newest.getModRevision() <= revision) {
      return newest;
    }
    try (BoundedIterator versions =
        new BoundedIterator(
            database, database.hist(), reads, Layout.histKey(key, revision), Layout.histEnd(key))) {
      return versions.advance() ? pairOf(versions.value()) : null;
    }
  }

  /** A superseded version, or null for a tombstone. */
  private static KeyValue pairOf(byte[] value) {
    return value.length == 0 ? null : Layout.keyValue(value);
  }

  @Override
  public Cursor cursor(KeyRange range) {
    return LatestSource.decoded(encodedCursor(range));
  }

  @Override
  public EncodedCursor encodedCursor(KeyRange range) {
    return new HistoryMerge(database, reads, range, revision);
  }

  /**
   * Takes the count of now and undoes what happened since; if too much did, walks the range.
   *
   * <p>A key existed at the revision if its first event after it had a predecessor, and exists now
   * if its last event is a put.
   */
  @Override
  public long count(KeyRange range) {
    Map<ByteString, Boolean> existsNow = new HashMap<>();
    long correction = 0;
    try (EventReader events = new EventReader(database, reads, revision + 1, Long.MAX_VALUE)) {
      for (int seen = 0; events.advance(); seen++) {
        if (seen == MAX_EVENTS_TO_WALK_BACK) {
          return walk(range);
        }
        EventRecord event = events.record();
        if (!range.contains(event.key())) {
          continue;
        }
        Boolean earlier = existsNow.put(event.key(), !event.isDelete());
        if (earlier == null && event.previousRevision() != 0) {
          correction++;
        }
      }
    }
    for (boolean exists : existsNow.values()) {
      correction -= exists ? 1 : 0;
    }
    return latest.count(range) + correction;
  }

  private long walk(KeyRange range) {
    long count = 0;
    try (Cursor cursor = cursor(range)) {
      while (cursor.next() != null) {
        count++;
      }
    }
    return count;
  }
}
