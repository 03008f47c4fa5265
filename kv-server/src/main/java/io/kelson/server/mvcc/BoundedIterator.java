package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * An iterator over one column family between two keys, with the native handles it hangs on. The
 * upper bound is RocksDB's own, so that it never walks the deleted keys behind the range.
 */
final class BoundedIterator implements AutoCloseable {
  private final Database database;
  private final byte[] lo;
  private final Slice upper;
  private final ReadOptions options;
  private final RocksIterator iterator;
  private boolean started;

  /**
   * @param base snapshot and tier to read with
   * @param lo first key
   * @param hi one past the last, or null for no end
   */
  BoundedIterator(
      Database database, ColumnFamilyHandle family, ReadOptions base, byte[] lo, byte[] hi) {
    this.database = database;
    this.lo = lo;
    this.options = new ReadOptions(base);
    this.upper = hi == null ? null : new Slice(hi);
    if (upper != null) {
      options.setIterateUpperBound(upper);
    }
    this.iterator = database.db().newIterator(family, options);
  }

  static byte[] bytes(ByteString key) {
    return key == null ? null : key.toByteArray();
  }

  /** Moves to the next key, or to the first; false at the end. */
  boolean advance() {
    if (started) {
      iterator.next();
    } else {
      iterator.seek(lo);
      started = true;
    }
    return settled();
  }

  /** Moves to the first key not before this one; false if there is none. */
  boolean seek(byte[] key) {
    started = true;
    iterator.seek(key);
    return settled();
  }

  /** Moves to the last key before the upper bound; only if there is one. */
  void last() {
    iterator.seekToLast();
    if (!settled()) {
      throw Layout.damaged("a key that was there is there no more", null);
    }
  }

  private boolean settled() {
    if (iterator.isValid()) {
      return true;
    }
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw database.unreadable(e);
    }
    return false;
  }

  byte[] key() {
    return iterator.key();
  }

  /** Copies as much of the value as fits; returns how long all of it is. */
  int value(byte[] target) {
    return iterator.value(target);
  }

  byte[] value() {
    return iterator.value();
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    if (upper != null) {
      upper.close();
    }
  }
}
