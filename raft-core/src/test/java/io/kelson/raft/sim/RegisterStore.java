package io.kelson.raft.sim;

import io.kelson.raft.core.LogPosition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A RocksDB database with the values of registers in one column family and the position they belong
 * to in another, set up as the server's: no write-ahead log, all families flushed together, no
 * flush when it is closed.
 */
final class RegisterStore implements AutoCloseable {
  private static final byte[] POSITION = "position".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CONFIG = "config".getBytes(StandardCharsets.US_ASCII);

  /** Never full, so that nothing is flushed unless asked for. */
  private static final int MEMTABLE_BYTES = 16 << 20;

  private final DBOptions options =
      new DBOptions()
          .setCreateIfMissing(true)
          .setCreateMissingColumnFamilies(true)
          .setAtomicFlush(true)
          .setAvoidFlushDuringShutdown(true)
          .setAllowConcurrentMemtableWrite(false)
          .setInfoLogLevel(InfoLogLevel.FATAL_LEVEL)
          .setMaxOpenFiles(64);
  private final ColumnFamilyOptions family =
      new ColumnFamilyOptions()
          .setWriteBufferSize(MEMTABLE_BYTES)
          .setArenaBlockSize(16 << 10)
          .setDisableAutoCompactions(true);
  private final WriteOptions withoutWal = new WriteOptions().setDisableWAL(true);
  private final ReadOptions durableReads = new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER);
  private final List<ColumnFamilyHandle> families = new ArrayList<>();
  private final RocksDB db;
  private boolean closed;

  RegisterStore(Path directory) throws RocksDBException {
    RocksDB.loadLibrary();
    db =
        RocksDB.open(
            options,
            directory.toString(),
            List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family),
                new ColumnFamilyDescriptor("values".getBytes(StandardCharsets.US_ASCII), family)),
            families);
  }

  private ColumnFamilyHandle values() {
    return families.get(1);
  }

  private static byte[] key(int register) {
    return new byte[] {(byte) register};
  }

  /** Everything in it. */
  Registers load() throws RocksDBException {
    byte[] position = db.get(POSITION);
    if (position == null) {
      return new Registers();
    }
    long[] loaded = new long[Registers.COUNT];
    for (int register = 0; register < Registers.COUNT; register++) {
      loaded[register] = ByteBuffer.wrap(db.get(values(), key(register))).getLong();
    }
    ByteBuffer fields = ByteBuffer.wrap(position);
    LogPosition applied = new LogPosition(fields.getLong(), fields.getLong());
    return Registers.restored(loaded, applied, db.get(CONFIG), fields.getLong());
  }

  /** In one batch. */
  void save(Registers registers) throws RocksDBException {
    LogPosition applied = registers.applied();
    ByteBuffer position = ByteBuffer.allocate(3 * Long.BYTES);
    position.putLong(applied.term()).putLong(applied.index()).putLong(registers.hash());
    try (WriteBatch batch = new WriteBatch()) {
      batch.put(POSITION, position.array());
      batch.put(CONFIG, registers.config());
      for (int register = 0; register < Registers.COUNT; register++) {
        byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(registers.value(register)).array();
        batch.put(values(), key(register), value);
      }
      db.write(withoutWal, batch);
    }
  }

  /** The position that a crash cannot take back. */
  LogPosition durable() throws RocksDBException {
    byte[] position = db.get(durableReads, POSITION);
    if (position == null) {
      return LogPosition.ZERO;
    }
    ByteBuffer fields = ByteBuffer.wrap(position);
    return new LogPosition(fields.getLong(), fields.getLong());
  }

  void flush() throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush, families);
    }
  }

  /** Links what it holds, flushed, into a new directory. */
  void checkpoint(Path directory) throws RocksDBException {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(directory.toString());
    }
  }

  /** Without a flush. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      families.forEach(ColumnFamilyHandle::close);
      db.close();
      options.close();
      family.close();
      withoutWal.close();
      durableReads.close();
    }
  }
}
