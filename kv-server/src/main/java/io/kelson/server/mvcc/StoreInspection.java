package io.kelson.server.mvcc;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.SnapshotDisk;
import io.kelson.raft.snapshot.StoreGenerations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Reads a whole store, checksums and all, without changing it or leaving anything beside it. */
public final class StoreInspection {
  static {
    // Whatever of RocksDB's is touched first would load the library in its own way.
    NativeLibrary.load();
  }

  private StoreInspection() {}

  /**
   * Reads every block of the store in a data directory. The caller holds the directory's lock.
   * Takes as long as the disk needs for all of it.
   *
   * @return the last entry the store holds; the zero position if there is no store, or an empty one
   * @throws StoreException naming the file that is damaged, or missing
   */
  public static LogPosition lastApplied(Path dataDirectory) {
    Path directory = dataDirectory.resolve("store");
    try {
      Optional<Path> generation = StoreGenerations.find(directory);
      return generation.isPresent() && !isEmpty(generation.get())
          ? read(generation.get())
          : LogPosition.ZERO;
    } catch (IOException | RocksDBException e) {
      throw new StoreException("cannot read " + directory + ": " + e.getMessage(), e);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private static LogPosition read(Path directory) throws IOException, RocksDBException {
    // Even a reader writes a log of its own, beside the files unless told otherwise.
    Path infoLogs = Files.createTempDirectory("kelson-inspection");
    try (DBOptions options =
        new DBOptions()
            .setInfoLogLevel(InfoLogLevel.FATAL_LEVEL)
            .setDbLogDir(infoLogs.toString())) {
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      try (RocksDB db =
          RocksDB.openReadOnly(options, directory.toString(), families(directory), handles)) {
        db.verifyChecksum();
        byte[] applied = db.get(handles.get(0), Layout.APPLIED);
        handles.forEach(ColumnFamilyHandle::close);
        return applied == null ? LogPosition.ZERO : Layout.decodePosition(applied);
      }
    } finally {
      SnapshotDisk.REAL.deleteTree(infoLogs);
    }
  }

  /** The first is the default one. */
  private static List<ColumnFamilyDescriptor> families(Path directory) throws RocksDBException {
    try (Options options = new Options()) {
      return RocksDB.listColumnFamilies(options, directory.toString()).stream()
          .map(ColumnFamilyDescriptor::new)
          .toList();
    }
  }
}
