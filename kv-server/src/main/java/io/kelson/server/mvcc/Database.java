package io.kelson.server.mvcc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The RocksDB below a store: its files, its column families and every native handle that lives as
 * long as it does.
 *
 * <p>The write-ahead log is off, since the Raft log is the one that counts, and all column families
 * flush together, so what is on disk is always the state after some whole batch.
 */
final class Database implements AutoCloseable {
  static {
    NativeLibrary.load();
  }

  private static final long SMALL_CACHE_BYTES = 1 << 20;

  private final Path directory;
  private final RocksDB db;
  private final StoreRoom room;
  private final long memtableBytes;
  private final List<ColumnFamilyHandle> families;
  private final BatchBytes batch;
  private final RecentPairs recentPairs;

  /** A write that would have to wait comes back instead: see {@link #awaitWritable}. */
  private final WriteOptions withoutWal =
      new WriteOptions().setDisableWAL(true).setNoSlowdown(true);

  private final ReadOptions plainReads = new ReadOptions();
  private final ReadOptions durableReads = new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER);

  /** One for being open, one for each view that is not released. */
  private final AtomicInteger users = new AtomicInteger(1);

  private volatile Consumer<Database> unused = Database::close;

  private final DatabaseSettings settings;

  /** Null if nothing is written. */
  private final MergePace pace;

  private Database(
      Path directory,
      RocksDB db,
      MvccOptions options,
      StoreRoom room,
      List<ColumnFamilyHandle> families,
      DatabaseSettings settings,
      MergePace pace) {
    this.directory = directory;
    this.db = db;
    this.room = room;
    this.memtableBytes = options.memtableBytes();
    this.families = families;
    this.batch = new BatchBytes(families);
    this.recentPairs = new RecentPairs(options.recentPairsBytes());
    this.settings = settings;
    this.pace = pace;
  }

  /**
   * Opens or creates the database in a directory.
   *
   * @param room where its writers wait for the disk to have room
   * @throws StoreException if something else is there, or it cannot be read
   */
  static Database open(Path directory, MvccOptions options, StoreRoom room) {
    prepareDirectory(directory);
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    MergePace pace = new MergePace();
    DatabaseSettings settings = DatabaseSettings.forWriting(options, pace.limiter());
    try {
      RocksDB db =
          RocksDB.open(settings.database(), directory.toString(), settings.families(), handles);
      pace.keep(db, handles);
      return new Database(directory, db, options, room, handles, settings, pace);
    } catch (RocksDBException e) {
      pace.close();
      settings.close();
      throw new StoreException(
          "cannot open the store in "
              + directory
              + ": "
              + e.getMessage()
              + "; if no other process uses it, kelson repair brings this member back from its peers",
          e);
    }
  }

  /**
   * Opens the database in a directory for reading, leaving nothing behind.
   *
   * @throws StoreException if there is none, or it cannot be read
   */
  static Database openReadOnly(Path directory, MvccOptions options) {
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    DatabaseSettings settings =
        DatabaseSettings.forReading(options.withBlockCacheBytes(SMALL_CACHE_BYTES));
    try {
      RocksDB db =
          RocksDB.openReadOnly(
              settings.database(), directory.toString(), settings.families(), handles);
      deleteInfoLogs(directory);
      StoreRoom room = new StoreRoom(StoreRoom.Listener.NONE);
      return new Database(directory, db, options, room, handles, settings, null);
    } catch (RocksDBException | IOException e) {
      settings.close();
      throw new StoreException("cannot read the store in " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Even a reader writes one. */
  private static void deleteInfoLogs(Path directory) throws IOException {
    try (var children = Files.newDirectoryStream(directory, "LOG*")) {
      for (Path child : children) {
        Files.delete(child);
      }
    }
  }

  private static void prepareDirectory(Path directory) {
    try {
      if (!Files.exists(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      boolean empty;
      try (var children = Files.list(directory)) {
        empty = children.findAny().isEmpty();
      }
      if (!empty) {
        requireOurs(directory);
      }
    } catch (IOException e) {
      throw new StoreException("cannot use " + directory + " for the store: " + e, e);
    }
  }

  /** Opening adds our column families to whatever database is there, so look before. */
  private static void requireOurs(Path directory) {
    if (!Files.exists(directory.resolve("CURRENT"))) {
      // A crash right after creation leaves files without CURRENT; anything else is foreign.
      requireOnlyDatabaseFiles(directory);
      return;
    }
    try (Options options = new Options()) {
      Set<String> names = new TreeSet<>();
      for (byte[] name : RocksDB.listColumnFamilies(options, directory.toString())) {
        names.add(new String(name, java.nio.charset.StandardCharsets.UTF_8));
      }
      if (!DatabaseSettings.FAMILIES.containsAll(names)) {
        throw foreign(directory, "its column families are " + names);
      }
    } catch (RocksDBException e) {
      throw new StoreException(
          "cannot read the store in "
              + directory
              + ": "
              + e.getMessage()
              + "; kelson repair brings this member back from its peers",
          e);
    }
  }

  private static void requireOnlyDatabaseFiles(Path directory) {
    try (var children = Files.list(directory)) {
      List<String> strange =
          children
              .map(path -> path.getFileName().toString())
              .filter(name -> !name.matches("LOCK|LOG.*|IDENTITY|MANIFEST-.*|OPTIONS-.*|.*dbtmp"))
              .sorted()
              .toList();
      if (!strange.isEmpty()) {
        throw foreign(directory, "it holds " + strange);
      }
    } catch (IOException e) {
      throw new StoreException("cannot list " + directory + ": " + e, e);
    }
  }

  static StoreException foreign(Path directory, String evidence) {
    return new StoreException(
        directory
            + " holds something other than a Kelson store ("
            + evidence
            + "); name another directory");
  }

  Path directory() {
    return directory;
  }

  RocksDB db() {
    return db;
  }

  /** The newest pairs of keys written lately, as the database holds them; the apply thread's. */
  RecentPairs recentPairs() {
    return recentPairs;
  }

  /** Positions, revisions, identity, members. */
  ColumnFamilyHandle meta() {
    return families.get(0);
  }

  /** Key to newest pair. */
  ColumnFamilyHandle cur() {
    return families.get(1);
  }

  /** Key and revision to superseded pair or tombstone. */
  ColumnFamilyHandle hist() {
    return families.get(2);
  }

  /** Revision to event. */
  ColumnFamilyHandle rev() {
    return families.get(3);
  }

  /** Every so many keys, how many there are up to the next such key. */
  ColumnFamilyHandle fence() {
    return families.get(4);
  }

  /** Lease id to what it was granted and what is left of it. */
  ColumnFamilyHandle lease() {
    return families.get(5);
  }

  /** Lease id and key, for every key that is attached to a lease. */
  ColumnFamilyHandle attached() {
    return families.get(6);
  }

  /** All of them. */
  List<ColumnFamilyHandle> families() {
    return families;
  }

  /** Reads of the newest state, for the thread that writes it. */
  ReadOptions plainReads() {
    return plainReads;
  }

  byte[] get(ColumnFamilyHandle family, ReadOptions options, byte[] key) {
    try {
      return db.get(family, options, key);
    } catch (RocksDBException e) {
      throw unreadable(e);
    }
  }

  /** What is on stable storage under a key, whatever is newer in memory. */
  byte[] getDurable(ColumnFamilyHandle family, byte[] key) {
    return get(family, durableReads, key);
  }

  /** An empty batch: always the same, whose bytes are reused. For the apply thread. */
  BatchBytes emptyBatch() {
    batch.clear();
    return batch;
  }

  /**
   * Writes a batch, waiting as long as the disk has no room for more. A batch that is turned down
   * for want of room has had no effect: the error is that of an earlier flush.
   *
   * @throws StoreException if it cannot be written; the node must stop
   */
  void write(WriteBatch batch) {
    boolean written = false;
    while (!written) {
      awaitWritable();
      written = maybeWrite(batch);
    }
    room.taken(directory);
  }

  /** The same. */
  void write(BatchBytes collected) {
    try (WriteBatch writes = collected.toWriteBatch()) {
      write(writes);
    }
  }

  private boolean maybeWrite(WriteBatch batch) {
    try {
      db.write(withoutWal, batch);
      return true;
    } catch (RocksDBException e) {
      if (isOutOfSpace(e)) {
        room.lacking(directory, e.getMessage());
        return false;
      }
      if (isToWait(e)) {
        pause();
        return false;
      }
      throw new StoreException(
          "cannot write to the store in "
              + directory
              + ": "
              + e.getMessage()
              + "; see to the disk, then start this member again",
          e);
    }
  }

  /**
   * Waits here, and not in RocksDB, while that takes no writes: from there nobody could call us.
   */
  private void awaitWritable() {
    while (isWriteStopped()) {
      pause();
    }
  }

  private void pause() {
    long usable = usableBytes();
    if (usable < memtableBytes) {
      room.lacking(
          directory, "what is in memory cannot be flushed into the " + usable + " bytes left");
    } else {
      room.stalled();
    }
  }

  private static boolean isToWait(RocksDBException e) {
    return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete;
  }

  private boolean isWriteStopped() {
    try {
      return db.getLongProperty("rocksdb.is-write-stopped") != 0;
    } catch (RocksDBException e) {
      throw unreadable(e);
    }
  }

  private long usableBytes() {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      throw new StoreException("cannot ask how much room there is in " + directory + ": " + e, e);
    }
  }

  private static boolean isOutOfSpace(RocksDBException e) {
    return e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace;
  }

  /** Where its writers wait for the disk to have room. */
  StoreRoom room() {
    return room;
  }

  /**
   * Makes everything written durable, if there is room for it.
   *
   * @return false if there is none: what was durable before still is, and nothing is lost
   * @throws StoreException if it failed otherwise; the node must stop
   */
  boolean maybeFlush() {
    // Not waiting for earlier flushes first: on a full disk they may take for ever.
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true)) {
      db.flush(options, families);
      return true;
    } catch (RocksDBException e) {
      if (isOutOfSpace(e)) {
        return false;
      }
      throw new StoreException(
          "cannot flush the store in "
              + directory
              + ": "
              + e.getMessage()
              + "; see to the disk, then start this member again",
          e);
    }
  }

  /**
   * Flushes and links what is flushed into a directory that does not exist yet, on the same file
   * system. On return it is durable.
   */
  void checkpoint(Path target) {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(target.toString());
    } catch (RocksDBException e) {
      throw new StoreException(
          "cannot make a checkpoint of the store in "
              + directory
              + ": "
              + e.getMessage()
              + "; see to the disk",
          e);
    }
  }

  /** Lets what is left to flush go as fast as it can; for a store that is about to close. */
  void hurry() {
    if (pace != null) {
      pace.close();
    }
  }

  /** Whether flushing and merging have kept up at a quiet pace for some time. */
  boolean isQuiet() {
    return pace == null || pace.isQuiet();
  }

  /** Keeps it open until {@link #release}. */
  void retain() {
    users.incrementAndGet();
  }

  /** Gives back one use; whoever gives back the last one closes the files. */
  void release() {
    if (users.decrementAndGet() == 0) {
      unused.accept(this);
    }
  }

  /** Says who closes it, instead of whoever happens to release it last. */
  void whenUnused(Consumer<Database> closer) {
    unused = closer;
  }

  /** Rows written, or deleted, that are in no file yet. */
  long unflushedRows() {
    return property("rocksdb.num-entries-active-mem-table")
        + property("rocksdb.num-entries-imm-mem-tables");
  }

  long property(String name) {
    try {
      long sum = 0;
      for (ColumnFamilyHandle family : families) {
        sum += db.getLongProperty(family, name);
      }
      return sum;
    } catch (RocksDBException e) {
      throw unreadable(e);
    }
  }

  /**
   * What to throw for a failed read. If files are damaged or the disk fails, whoever hears of the
   * disk has been told.
   */
  StoreException unreadable(RocksDBException e) {
    StoreException unreadable =
        new StoreException(
            "cannot read the store in "
                + directory
                + ": "
                + e.getMessage()
                + "; see to the disk; if the files are damaged, kelson repair brings this member back"
                + " from its peers",
            e);
    Status.Code code = e.getStatus() == null ? null : e.getStatus().getCode();
    if (code == Status.Code.Corruption || code == Status.Code.IOError) {
      room.damaged(unreadable);
    }
    return unreadable;
  }

  @Override
  public void close() {
    hurry();
    plainReads.close();
    durableReads.close();
    withoutWal.close();
    families.forEach(ColumnFamilyHandle::close);
    db.close();
    settings.close();
  }
}
