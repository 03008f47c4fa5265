package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import org.rocksdb.ReadOptions;

/** Walks the events of a range of revisions, oldest first. One thread; must be closed. */
final class EventReader implements AutoCloseable {
  private final Database database;
  private final ReadOptions reads;
  private final BoundedIterator iterator;
  private long revision;
  private EventRecord record;

  EventReader(Database database, ReadOptions reads, long lo, long hi) {
    this.database = database;
    this.reads = reads;
    this.iterator =
        new BoundedIterator(
            database, database.rev(), reads, Layout.revKey(lo, 0), Layout.revKey(hi, 0));
  }

  boolean advance() {
    if (!iterator.advance()) {
      return false;
    }
    revision = Layout.revMain(iterator.key());
    record = EventRecord.decode(iterator.value());
    return true;
  }

  long revision() {
    return revision;
  }

  EventRecord record() {
    return record;
  }

  /** The event with its pairs, fetched from where they stand. */
  Event event() {
    Event.Builder event = Event.newBuilder();
    if (record.isDelete()) {
      event
          .setType(Event.EventType.DELETE)
          .getKvBuilder()
          .setKey(record.key())
          .setModRevision(revision);
    } else {
      event.setKv(record.inline() != null ? record.inline() : pair());
    }
    if (record.previousRevision() != 0) {
      event.setPrevKv(superseded(record.key(), record.previousRevision()));
    }
    return event.build();
  }

  private KeyValue pair() {
    byte[] newest = database.get(database.cur(), reads, record.key().toByteArray());
    if (newest != null) {
      KeyValue pair = Layout.keyValue(newest);
      if (pair.getModRevision() == revision) {
        return pair;
      }
    }
    return superseded(record.key(), revision);
  }

  private KeyValue superseded(ByteString key, long modRevision) {
    byte[] value = database.get(database.hist(), reads, Layout.histKey(key, modRevision));
    if (value == null || value.length == 0) {
      throw Layout.damaged("the pair written at revision " + modRevision + " is missing", null);
    }
    return Layout.keyValue(value);
  }

  @Override
  public void close() {
    iterator.close();
  }
}
