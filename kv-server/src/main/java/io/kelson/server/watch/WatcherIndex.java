package io.kelson.server.watch;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the watchers of a key without looking at the others: single keys by hash, ranges in an
 * interval tree. Not thread-safe.
 */
final class WatcherIndex {
  private final Map<ByteString, Watchers> keys = new HashMap<>();
  private final RangeTree ranges = new RangeTree();
  private int size;

  /** Adds a watcher; it must keep the result as its slot if it is ever to be removed. */
  int add(Watcher watcher) {
    size++;
    WatchRange range = watcher.range();
    return range.isSingleKey() ? addKey(watcher) : ranges.bucket(range).add(watcher);
  }

  private int addKey(Watcher watcher) {
    ByteString key = watcher.range().lo();
    Watchers present = keys.putIfAbsent(key, watcher);
    if (present == null) {
      return 0;
    }
    if (present instanceof WatcherBucket bucket) {
      return bucket.add(watcher);
    }
    WatcherBucket bucket = new WatcherBucket();
    bucket.add((Watcher) present);
    keys.put(key, bucket);
    return bucket.add(watcher);
  }

  /** Removes a watcher that is in it. */
  void remove(Watcher watcher) {
    size--;
    WatchRange range = watcher.range();
    if (!range.isSingleKey()) {
      WatcherBucket bucket = ranges.bucket(range);
      bucket.remove(watcher);
      if (bucket.isEmpty()) {
        ranges.remove(range);
      }
    } else if (keys.get(range.lo()) instanceof WatcherBucket bucket) {
      bucket.remove(watcher);
      if (bucket.isEmpty()) {
        keys.remove(range.lo());
      }
    } else {
      keys.remove(range.lo());
    }
  }

  /** Adds the watchers of {@code key} to {@code out}, each once. */
  void match(ByteString key, ArrayList<Watcher> out) {
    Watchers single = keys.get(key);
    if (single != null) {
      single.addTo(out);
    }
    ranges.match(key, out);
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }
}
