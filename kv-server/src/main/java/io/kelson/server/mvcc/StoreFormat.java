package io.kelson.server.mvcc;

import io.kelson.raft.core.LogPosition;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Whether a directory holds a store of ours, of this version, of this cluster, at a position. */
final class StoreFormat {
  private StoreFormat() {}

  /** Marks a new store as ours, durably, so that a crash cannot leave it looking foreign. */
  static void initialize(Database database, MvccOptions options) {
    try (BoundedIterator anything =
        new BoundedIterator(database, database.meta(), database.plainReads(), new byte[0], null)) {
      if (anything.advance()) {
        throw Database.foreign(database.directory(), "a database without a format record");
      }
    }
    try (WriteBatch writes = new WriteBatch()) {
      writes.put(database.meta(), Layout.FORMAT, Layout.format());
      writes.put(database.meta(), Layout.CLUSTER, Layout.encodeLong(options.clusterId()));
      database.write(writes);
      if (!database.maybeFlush()) {
        throw new StoreException(
            "no room for a new store in " + database.directory() + "; free space on its disk");
      }
    } catch (RocksDBException e) {
      throw new StoreException("cannot collect writes for " + database.directory(), e);
    }
  }

  static void requireSame(Database database, MvccOptions options, byte[] format) {
    int version = format == null ? -1 : Layout.formatVersion(format);
    if (version < 0) {
      throw Database.foreign(database.directory(), "its format record is not ours");
    }
    if (version != Layout.FORMAT_VERSION) {
      throw new StoreException(
          database.directory()
              + " has store format "
              + version
              + " and this version reads "
              + Layout.FORMAT_VERSION
              + "; start the version that wrote it");
    }
    byte[] cluster = database.get(database.meta(), database.plainReads(), Layout.CLUSTER);
    long clusterId = cluster == null ? 0 : Layout.decodeLong(cluster);
    if (clusterId != options.clusterId()) {
      throw new StoreException(
          database.directory()
              + " belongs to cluster "
              + Long.toHexString(clusterId)
              + ", not to "
              + Long.toHexString(options.clusterId())
              + "; name the data directory of this cluster");
    }
  }

  static void requirePosition(Path directory, StoreMeta meta, LogPosition expected) {
    if (!meta.applied().equals(expected)) {
      throw new StoreException(
          "the snapshot in "
              + directory
              + " is of "
              + meta.applied()
              + " and not of "
              + expected
              + " as its sender said");
    }
  }

  /**
   * Looks whether a directory holds a store of this cluster at a position, without changing it.
   *
   * @throws StoreException if not
   */
  static StoreMeta inspect(Path directory, MvccOptions options) {
    try (Database database = Database.openReadOnly(directory, options)) {
      requireSame(database, options, StoreMeta.get(database, Layout.FORMAT));
      return StoreMeta.read(database);
    }
  }

  /** The same, at a certain position. */
  static void requireStoreAt(Path directory, MvccOptions options, LogPosition expected) {
    requirePosition(directory, inspect(directory, options), expected);
  }
}
