package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Counts of keys, kept in buckets so that a range can be counted without walking it.
 *
 * <p>A fence is a key; its count says how many keys there are from it up to the next fence. The
 * first fence is the empty key. A bucket that grows past {@link #MAX_BUCKET} is split in the
 * middle, one that shrinks is joined to its left neighbour; both happen at the end of a transaction
 * and so at the same point of the log on every member. Readers use the column family ({@link
 * LatestSource#count}); this is the writer's copy, one entry per some hundred keys. Apply thread
 * only, but for {@link #total}.
 */
final class Fences {
  /** At most so many keys are walked at either end of a range that is counted. */
  static final int MAX_BUCKET = 512;

  private final NavigableMap<ByteString, Long> counts =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  private final TreeSet<ByteString> dirty =
      new TreeSet<>(ByteString.unsignedLexicographicalComparator());
  private final TreeSet<ByteString> changed =
      new TreeSet<>(ByteString.unsignedLexicographicalComparator());

  /** Sum of the counts; written by the apply thread only, and only after the counts themselves. */
  private volatile long total;

  /** Reads them from the database. */
  static Fences load(Database database) {
    Fences fences = new Fences();
    fences.counts.put(ByteString.EMPTY, 0L);
    try (BoundedIterator iterator =
        new BoundedIterator(database, database.fence(), database.plainReads(), new byte[0], null)) {
      while (iterator.advance()) {
        fences.counts.put(ByteString.copyFrom(iterator.key()), Layout.decodeLong(iterator.value()));
      }
    }
    fences.total = fences.counts.values().stream().mapToLong(Long::longValue).sum();
    return fences;
  }

  /** Number of keys in the store. Any thread. */
  long total() {
    return total;
  }

  void created(ByteString key) {
    add(key, 1);
  }

  void removed(ByteString key) {
    add(key, -1);
  }

  private void add(ByteString key, long change) {
    ByteString fence = counts.floorKey(key);
    long count = counts.merge(fence, change, Long::sum);
    if (count < 0) {
      throw new IllegalStateException("fewer than no keys after the fence of " + key);
    }
    changed.add(fence);
    total += change;
  }

  /**
   * Splits and joins what the transaction has changed.
   *
   * @param walk how to walk a range of keys as they are after the transaction
   */
  void balance(Function<KeyRange, Cursor> walk) {
    for (ByteString fence = changed.pollFirst(); fence != null; fence = changed.pollFirst()) {
      dirty.add(fence);
      Long count = counts.get(fence);
      if (count == null) {
        continue;
      }
      if (count > MAX_BUCKET) {
        split(fence, count, walk);
      } else {
        maybeJoin(fence, count);
      }
    }
  }

  private void split(ByteString fence, long count, Function<KeyRange, Cursor> walk) {
    long left = count / 2;
    ByteString middle = keyAt(left, new KeyRange(fence, counts.higherKey(fence), false), walk);
    counts.put(fence, left);
    counts.put(middle, count - left);
    // Either half may still be too large after a transaction that created thousands.
    changed.add(fence);
    changed.add(middle);
  }

  private static ByteString keyAt(long place, KeyRange range, Function<KeyRange, Cursor> walk) {
    try (Cursor cursor = walk.apply(range)) {
      for (long i = 0; i < place; i++) {
        cursor.next();
      }
      var pair = cursor.next();
      if (pair == null) {
        throw new IllegalStateException(
            "fewer keys behind the fence " + range.lo() + " than were counted");
      }
      return pair.getKey();
    }
  }

  private void maybeJoin(ByteString fence, long count) {
    Map.Entry<ByteString, Long> left = counts.lowerEntry(fence);
    if (left == null || left.getValue() + count > MAX_BUCKET / 4) {
      return;
    }
    counts.remove(fence);
    counts.put(left.getKey(), left.getValue() + count);
    dirty.add(left.getKey());
  }

  /** Adds what has changed since the last call to a batch. */
  void drainTo(BatchBytes batch, Database database) {
    for (ByteString fence : dirty) {
      Long count = counts.get(fence);
      if (count == null) {
        batch.delete(database.fence(), fence.toByteArray());
      } else {
        batch.put(database.fence(), fence.toByteArray(), Layout.encodeLong(count));
      }
    }
    dirty.clear();
  }
}
