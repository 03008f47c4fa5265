package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The newest pairs of keys that were written lately, as bytes, so that writing them again does not
 * look them up in the database; bounded in bytes, the one unused for longest goes first.
 *
 * <p>Holds what the database holds, never more: who writes {@code cur} tells it. Apply thread only.
 */
final class RecentPairs {
  /** What an entry costs beside the bytes of key and pair: two arrays, a wrapper, a node. */
  static final int OVERHEAD_BYTES = 128;

  private static final class Lru extends LinkedHashMap<ByteString, byte[]> {
    private static final long serialVersionUID = 1;

    Lru() {
      super(1024, 0.75f, true);
    }
  }

  private final Lru pairs = new Lru();
  private final long maxBytes;
  private long bytes;

  /**
   * @param maxBytes what all of it may take; 0 keeps nothing
   */
  RecentPairs(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The pair of a key, or null if it is not known here. */
  byte[] get(byte[] key) {
    return pairs.get(UnsafeByteOperations.unsafeWrap(key));
  }

  /** The key's newest pair is this one; both arrays are not changed any more. */
  void put(byte[] key, byte[] pair) {
    long cost = cost(key, pair);
    if (cost > maxBytes) {
      remove(key);
      return;
    }
    byte[] before = pairs.put(UnsafeByteOperations.unsafeWrap(key), pair);
    bytes += before == null ? cost : pair.length - before.length;
    var oldestFirst = pairs.entrySet().iterator();
    while (bytes > maxBytes) {
      Map.Entry<ByteString, byte[]> oldest = oldestFirst.next();
      bytes -= oldest.getKey().size() + oldest.getValue().length + OVERHEAD_BYTES;
      oldestFirst.remove();
    }
  }

  /** The key is gone. */
  void remove(byte[] key) {
    byte[] before = pairs.remove(UnsafeByteOperations.unsafeWrap(key));
    if (before != null) {
      bytes -= cost(key, before);
    }
  }

  /** Forgets everything: another database has taken the place of the one it is of. */
  void clear() {
    pairs.clear();
    bytes = 0;
  }

  /** What it takes at the moment. */
  long bytes() {
    return bytes;
  }

  private static long cost(byte[] key, byte[] pair) {
    return (long) key.length + pair.length + OVERHEAD_BYTES;
  }
}
