package io.kelson.server.mvcc;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import org.rocksdb.ReadOptions;

/**
 * Rows of the {@code default} column family that belong to other packages, each below a prefix of
 * its own: what they write reaches the database together with the position it stands for. Apply
 * thread only.
 */
public final class MetaRows {
  private final Database database;
  private final BatchBytes writes;

  MetaRows(Database database, BatchBytes writes) {
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
    if (value == null) {
      writes.delete(database.meta(), key);
    } else {
      writes.put(database.meta(), key, value);
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
