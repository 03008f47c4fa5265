package io.kelson.server.mvcc;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Rows of the {@code default} column family that belong to other packages, each below a prefix of
 * its own: what they write reaches the database together with the position it stands for. Apply
 * thread only.
 */
public final class MetaRows {
  private final Database database;
  private final WriteBatch writes;

  MetaRows(Database database, WriteBatch writes) {
    this.database = database;
    this.writes = writes;
  }

  /**
   * Writes a row, or takes it away.
   *
   * @param name a prefix with a slash behind it, then anything
   * @param value null to delete
   */
  public void put(String name, byte[] value) {
    byte[] key = name.getBytes(StandardCharsets.UTF_8);
    try {
      if (value == null) {
        writes.delete(database.meta(), key);
      } else {
        writes.put(database.meta(), key, value);
      }
    } catch (RocksDBException e) {
      throw new StoreException("cannot collect writes for " + database.directory(), e);
    }
  }

  /** All rows whose names start with a prefix, by name. */
  static SortedMap<String, byte[]> read(Database database, ReadOptions reads, String prefix) {
    byte[] lo = prefix.getBytes(StandardCharsets.US_ASCII);
    byte[] hi = lo.clone();
    hi[hi.length - 1]++;
    SortedMap<String, byte[]> rows = new TreeMap<>();
    try (BoundedIterator iterator = new BoundedIterator(database, database.meta(), reads, lo, hi)) {
      while (iterator.advance()) {
        rows.put(new String(iterator.key(), StandardCharsets.UTF_8), iterator.value());
      }
    }
    return rows;
  }
}
