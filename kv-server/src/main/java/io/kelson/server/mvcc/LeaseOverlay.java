package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.rocksdb.ReadOptions;

/**
 * The leases as later entries of a group must see them: what the group has changed so far, above
 * what the database holds. Apply thread only.
 *
 * <p>Which keys are attached to a lease follows from the keys themselves: {@link #move} is told of
 * every key that changed and keeps the rows of {@code attached} in step, in the same write.
 */
public final class LeaseOverlay {
  private final Database database;
  private final BatchBytes writes;

  /** Leases that were looked at or changed; empty where there is none. */
  private final SortedMap<Long, Optional<LeaseRecord>> leases = new TreeMap<>();

  /** Rows of {@code attached} that the group has added (true) or taken away. */
  private final NavigableMap<ByteString, Boolean> attached =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());

  private final List<LeaseListener.Change> comingsAndGoings = new ArrayList<>();
  private boolean changed;

  LeaseOverlay(Database database, BatchBytes writes) {
    this.database = database;
    this.writes = writes;
  }

  /** The lease of that id, or null if there is none. */
  public LeaseRecord get(long id) {
    return leases.computeIfAbsent(id, this::read).orElse(null);
  }

  private Optional<LeaseRecord> read(long id) {
    byte[] row = database.get(database.lease(), database.plainReads(), Layout.encodeLong(id));
    return row == null ? Optional.empty() : Optional.of(Layout.decodeLease(id, row));
  }

  /** Adds a lease; there must be none of that id. */
  public void grant(LeaseRecord lease) {
    put(lease);
    comingsAndGoings.add(new LeaseListener.Change(lease, false));
  }

  /** Notes what is left of a lease that exists. */
  public void checkpoint(LeaseRecord lease) {
    put(lease);
  }

  private void put(LeaseRecord lease) {
    changed = true;
    leases.put(lease.id(), Optional.of(lease));
    writes.put(database.lease(), Layout.encodeLong(lease.id()), Layout.encodeLease(lease));
  }

  /** Takes a lease away; its keys must be gone. */
  public void end(LeaseRecord lease) {
    changed = true;
    leases.put(lease.id(), Optional.empty());
    comingsAndGoings.add(new LeaseListener.Change(lease, true));
    writes.delete(database.lease(), Layout.encodeLong(lease.id()));
  }

  /** The keys attached to a lease, in key order. */
  public List<ByteString> keys(long id) {
    List<ByteString> stored = stored(database, database.plainReads(), id);
    Map<ByteString, Boolean> mine = changedRows(id);
    if (mine.isEmpty()) {
      return stored;
    }
    NavigableMap<ByteString, Boolean> keys =
        new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    stored.forEach(key -> keys.put(key, true));
    mine.forEach((row, added) -> keys.put(row.substring(8), added));
    keys.values().removeIf(added -> !added);
    return new ArrayList<>(keys.keySet());
  }

  private Map<ByteString, Boolean> changedRows(long id) {
    NavigableMap<ByteString, Boolean> from =
        attached.tailMap(ByteString.copyFrom(Layout.encodeLong(id)), true);
    byte[] end = Layout.attachedEnd(id);
    return end == null ? from : from.headMap(ByteString.copyFrom(end), false);
  }

  static List<ByteString> stored(Database database, ReadOptions reads, long id) {
    List<ByteString> keys = new ArrayList<>();
    try (BoundedIterator rows =
        new BoundedIterator(
            database, database.attached(), reads, Layout.encodeLong(id), Layout.attachedEnd(id))) {
      while (rows.advance()) {
        keys.add(Layout.attachedUserKey(rows.key()));
      }
    }
    return keys;
  }

  /** A key went from one state to another; null where it did not exist. */
  void move(ByteString key, KeyValue before, KeyValue after) {
    long from = before == null ? 0 : before.getLease();
    long to = after == null ? 0 : after.getLease();
    if (from == to) {
      return;
    }
    if (from != 0) {
      byte[] row = Layout.attachedKey(from, key);
      writes.delete(database.attached(), row);
      attached.put(ByteString.copyFrom(row), false);
    }
    if (to != 0) {
      byte[] row = Layout.attachedKey(to, key);
      writes.put(database.attached(), row, new byte[0]);
      attached.put(ByteString.copyFrom(row), true);
    }
    // Readers of the keys get a new view anyhow, since the revision moves on.
  }

  /** Everything noted so far has reached the database. */
  void written() {
    leases.clear();
    attached.clear();
  }

  /** Whether readers have to see another state than before. */
  boolean changed() {
    return changed;
  }

  /** Leases that were granted or ended, in log order. */
  public List<LeaseListener.Change> comingsAndGoings() {
    return comingsAndGoings;
  }
}
