package io.kelson.server.watch;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.Event.EventType;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.CompactedException;
import io.kelson.server.mvcc.EventHistory;
import io.kelson.server.mvcc.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A store in memory that remembers every event it ever made. Revision 1 is empty, as in etcd. */
final class FakeStore implements EventHistory {
  private final List<RevisionEvents> revisions = new ArrayList<>();
  private final Map<String, KeyValue> live = new TreeMap<>();
  private long compactRevision;
  private int reads;
  private RuntimeException failure;
  private Runnable duringRead = () -> {};

  /** One change: a put of a value, or a delete if the value is null. */
  record Change(String key, String value) {}

  static Change put(String key, String value) {
    return new Change(key, value);
  }

  static Change delete(String key) {
    return new Change(key, null);
  }

  /** Makes one revision of some changes; each key at most once, deletes of absent keys left out. */
  synchronized RevisionEvents commit(Change... changes) {
    long revision = currentRevision() + 1;
    List<Event> events = new ArrayList<>();
    for (Change change : changes) {
      KeyValue previous = live.get(change.key());
      if (change.value() != null) {
        events.add(putEvent(change, previous, revision));
      } else if (previous != null) {
        events.add(deleteEvent(change, previous, revision));
      }
    }
    if (events.isEmpty()) {
      throw new IllegalArgumentException("nothing changes");
    }
    RevisionEvents made = new RevisionEvents(revision, List.copyOf(events));
    revisions.add(made);
    return made;
  }

  private Event putEvent(Change change, KeyValue previous, long revision) {
    KeyValue kv =
        KeyValue.newBuilder()
            .setKey(ByteString.copyFromUtf8(change.key()))
            .setValue(ByteString.copyFromUtf8(change.value()))
            .setCreateRevision(previous == null ? revision : previous.getCreateRevision())
            .setModRevision(revision)
            .setVersion(previous == null ? 1 : previous.getVersion() + 1)
            .build();
    live.put(change.key(), kv);
    Event.Builder event = Event.newBuilder().setType(EventType.PUT).setKv(kv);
    return previous == null ? event.build() : event.setPrevKv(previous).build();
  }

  private Event deleteEvent(Change change, KeyValue previous, long revision) {
    live.remove(change.key());
    KeyValue kv = KeyValue.newBuilder().setKey(previous.getKey()).setModRevision(revision).build();
    return Event.newBuilder().setType(EventType.DELETE).setKv(kv).setPrevKv(previous).build();
  }

  synchronized boolean holds(String key) {
    return live.containsKey(key);
  }

  synchronized void compact(long revision) {
    compactRevision = Math.max(compactRevision, revision);
  }

  /** Makes reads fail from now on. */
  void failWith(RuntimeException failure) {
    this.failure = failure;
  }

  /** Runs something after each read, before its result is used. */
  void duringRead(Runnable action) {
    this.duringRead = action;
  }

  int reads() {
    return reads;
  }

  /** Everything that ever happened, compacted or not. */
  synchronized List<RevisionEvents> everything() {
    return List.copyOf(revisions);
  }

  @Override
  public synchronized long currentRevision() {
    return revisions.size() + 1;
  }

  @Override
  public synchronized long compactRevision() {
    return compactRevision;
  }

  @Override
  public List<RevisionEvents> read(long lo, long hi, int maxRevisions, long maxBytes) {
    List<RevisionEvents> chunk = chunk(lo, hi, maxRevisions, maxBytes);
    duringRead.run();
    return chunk;
  }

  private synchronized List<RevisionEvents> chunk(
      long lo, long hi, int maxRevisions, long maxBytes) {
    reads++;
    if (failure != null) {
      throw failure;
    }
    if (lo < compactRevision) {
      throw new CompactedException(compactRevision);
    }
    List<RevisionEvents> chunk = new ArrayList<>();
    long bytes = 0;
    for (long revision = Math.max(lo, 2); revision < hi && bytes < maxBytes; revision++) {
      if (chunk.size() == maxRevisions || revision > currentRevision()) {
        break;
      }
      RevisionEvents next = revisions.get((int) revision - 2);
      chunk.add(next);
      bytes += next.events().stream().mapToLong(Event::getSerializedSize).sum();
    }
    return chunk;
  }
}
