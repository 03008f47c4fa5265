package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a batch has read or written and not yet handed to the database, laid over the database: the
 * newest state as later entries of the group must see it. Apply thread only.
 */
final class Overlay implements Source {
  /** The newest state of one key. */
  static final class Slot {
    final byte[] key;

    /** Null if the key does not exist. */
    KeyValue pair;

    /** The pair's wire bytes as they were read; null if there is none, or this group wrote it. */
    byte[] encoded;

    /** Where they stand in the batch if an earlier transaction of this group wrote the pair. */
    int writtenAt;

    /** Whether the database, as it is, has the key in {@code cur}. */
    boolean inDatabase;

    /** The last change of the transaction that is under way, if it touched the key. */
    Change change;

    Slot(byte[] key) {
      this.key = key;
    }
  }

  /**
   * One change of a transaction.
   *
   * <p>The state "before" is that before the whole transaction; a key that one transaction changes
   * twice has the same one twice, as in etcd's prev_kv.
   */
  static final class Change {
    final ByteString key;
    final Slot slot;

    /** The pair written, or null for a delete. */
    final KeyValue after;

    final KeyValue before;

    /** Wire bytes of {@code before}; null if there was none, or this group wrote it. */
    final byte[] encodedBefore;

    /** Whether the same transaction changed the key again. */
    boolean overtaken;

    Change(ByteString key, Slot slot, KeyValue after, KeyValue before, byte[] encodedBefore) {
      this.key = key;
      this.slot = slot;
      this.after = after;
      this.before = before;
      this.encodedBefore = encodedBefore;
    }
  }

  private final Database database;
  private final LatestSource below;
  private final PairMaker pairs = new PairMaker();
  private final Function<byte[], Slot> reader = this::read;

  /** By bare keys: arrays are compared many bytes at a time, byte strings one by one. */
  private final NavigableMap<byte[], Slot> slots = new TreeMap<>(Arrays::compareUnsigned);

  Overlay(Database database) {
    this.database = database;
    this.below = new LatestSource(database, database.plainReads());
  }

  /** Makes the pairs that this holds. */
  PairMaker pairs() {
    return pairs;
  }

  /** The state of a key, read from the database at most once. */
  Slot slot(ByteString key) {
    return slots.computeIfAbsent(key.toByteArray(), reader);
  }

  private Slot read(byte[] key) {
    Slot slot = new Slot(key);
    slot.encoded = database.recentPairs().get(key);
    if (slot.encoded == null) {
      slot.encoded = database.get(database.cur(), database.plainReads(), key);
    }
    slot.inDatabase = slot.encoded != null;
    slot.pair = slot.encoded == null ? null : pairs.decode(slot.encoded);
    return slot;
  }

  /**
   * Keeps at hand what the database holds now that the batch is written.
   *
   * @param written that batch, with all that was put into it
   */
  void remember(BatchBytes written) {
    RecentPairs recent = database.recentPairs();
    for (Slot slot : slots.values()) {
      if (slot.change != null || slot.pair == null) {
        recent.remove(slot.key);
      } else if (slot.encoded != null) {
        recent.put(slot.key, slot.encoded);
      } else {
        recent.put(slot.key, written.array(), slot.writtenAt, slot.pair.getSerializedSize());
      }
    }
  }

  /** Forgets everything but the changes of the transaction under way: the rest was written. */
  void written() {
    slots.values().removeIf(slot -> slot.change == null);
    for (Slot slot : slots.values()) {
      slot.inDatabase = slot.change.before != null;
    }
  }

  @Override
  public KeyValue get(ByteString key) {
    return slot(key).pair;
  }

  @Override
  public long count(KeyRange range) {
    long count = below.count(range);
    for (Slot slot : within(range).values()) {
      count += (slot.pair != null ? 1 : 0) - (slot.inDatabase ? 1 : 0);
    }
    return count;
  }

  @Override
  public Cursor cursor(KeyRange range) {
    NavigableMap<byte[], Slot> mine = within(range);
    Cursor theirs = below.cursor(range);
    return mine.isEmpty() ? theirs : new Merge(mine.values().iterator(), theirs);
  }

  /** Nobody streams out of a transaction. */
  @Override
  public EncodedCursor encodedCursor(KeyRange range) {
    throw new UnsupportedOperationException("a transaction's ranges are read whole");
  }

  private NavigableMap<byte[], Slot> within(KeyRange range) {
    byte[] lo = range.lo().toByteArray();
    return range.hi() == null
        ? slots.tailMap(lo, true)
        : slots.subMap(lo, true, range.hi().toByteArray(), false);
  }

  /** Both in key order; where both have a key, the overlay is right. */
  private static final class Merge implements Cursor {
    private final Iterator<Slot> mine;
    private final Cursor theirs;
    private Slot myNext;
    private KeyValue theirNext;

    Merge(Iterator<Slot> mine, Cursor theirs) {
      this.mine = mine;
      this.theirs = theirs;
      stepMine();
      theirNext = theirs.next();
    }

    private void stepMine() {
      myNext = mine.hasNext() ? mine.next() : null;
    }

    @Override
    public KeyValue next() {
      while (myNext != null || theirNext != null) {
        int order = order();
        KeyValue pair = order < 0 ? theirNext : myNext.pair;
        if (order <= 0) {
          theirNext = theirs.next();
        }
        if (order >= 0) {
          stepMine();
        }
        if (pair != null) {
          return pair;
        }
      }
      return null;
    }

    /** Negative if the database's key comes first. */
    private int order() {
      if (theirNext == null) {
        return 1;
      }
      return myNext == null
          ? -1
          : Arrays.compareUnsigned(theirNext.getKey().toByteArray(), myNext.key);
    }

    @Override
    public void close() {
      theirs.close();
    }
  }
}
