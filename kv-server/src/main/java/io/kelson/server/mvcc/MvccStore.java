package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.raft.core.LogPosition;
import io.kelson.server.proto.MemberAttributes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Keys, their history and the log position they stand for, in RocksDB.
 *
 * <p>One thread writes, in {@link ApplyBatch}es; any thread reads, through {@link StoreView}s.
 * Nothing written is durable before {@link #flush()} or a flush of RocksDB's own: the log is
 * replayed from {@link #applied()} after a crash.
 */
public final class MvccStore implements EventHistory, AutoCloseable {
  private static final long FIRST_REVISION = 1;

  private final Database database;
  private final Fences fences;
  private final Purge purge;

  /** One for being open, one for each view that is not released, one for each call under way. */
  private final AtomicInteger users = new AtomicInteger(1);

  private volatile StoreView newest;
  private volatile LogPosition applied;
  private volatile SortedMap<Long, MemberAttributes> members;
  private boolean closed;

  private MvccStore(Database database) {
    this.database = database;
    this.fences = Fences.load(database);
    this.purge = new Purge(database);
    byte[] position = meta(Layout.APPLIED);
    this.applied = position == null ? LogPosition.ZERO : Layout.decodePosition(position);
    this.members = loadMembers();
    users.incrementAndGet();
    this.newest =
        new StoreView(
            this, database, number(Layout.REVISION, FIRST_REVISION), number(Layout.COMPACT, 0));
  }

  /**
   * Opens the store in a directory, creating it if there is none.
   *
   * @throws StoreException if what is there is not a store of this version and cluster, is in use,
   *     or cannot be read
   */
  public static MvccStore open(Path directory, MvccOptions options) {
    Database database = Database.open(directory, options);
    try {
      byte[] format = database.get(database.meta(), database.plainReads(), Layout.FORMAT);
      if (format == null) {
        initialize(database, options);
      } else {
        requireSame(database, options, format);
      }
      return new MvccStore(database);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Marks a new store as ours, durably, so that a crash cannot leave it looking foreign. */
  private static void initialize(Database database, MvccOptions options) {
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
      database.flush();
    } catch (RocksDBException e) {
      throw new StoreException("cannot collect writes for " + database.directory(), e);
    }
  }

  private static void requireSame(Database database, MvccOptions options, byte[] format) {
    int version = Layout.formatVersion(format);
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

  private byte[] meta(byte[] key) {
    return database.get(database.meta(), database.plainReads(), key);
  }

  private long number(byte[] key, long otherwise) {
    byte[] value = meta(key);
    return value == null ? otherwise : Layout.decodeLong(value);
  }

  private SortedMap<Long, MemberAttributes> loadMembers() {
    SortedMap<Long, MemberAttributes> loaded = new TreeMap<>(Long::compareUnsigned);
    try (BoundedIterator iterator =
        new BoundedIterator(
            database,
            database.meta(),
            database.plainReads(),
            Layout.MEMBER_PREFIX,
            Layout.MEMBER_END)) {
      while (iterator.advance()) {
        loaded.put(Layout.memberId(iterator.key()), MemberAttributes.parseFrom(iterator.value()));
      }
    } catch (InvalidProtocolBufferException e) {
      throw Layout.damaged("a member record does not parse", e);
    }
    return Collections.unmodifiableSortedMap(loaded);
  }

  /** Position of the last log entry whose effect readers can see. Any thread. */
  public LogPosition applied() {
    return applied;
  }

  /** Begins a group of entries. Apply thread only; one batch at a time. */
  public ApplyBatch newBatch() {
    return new ApplyBatch(this, database, fences);
  }

  /** Shows readers a written batch. */
  void publish(
      LogPosition position,
      long revision,
      long compactRevision,
      SortedMap<Long, MemberAttributes> changedMembers) {
    StoreView old = newest;
    if (old.revision() != revision || old.compactRevision() != compactRevision) {
      users.incrementAndGet();
      newest = new StoreView(this, database, revision, compactRevision);
      old.close();
    }
    if (changedMembers != null) {
      members = Collections.unmodifiableSortedMap(changedMembers);
    }
    // Last: whoever waits for this position finds the view that belongs to it.
    applied = position;
  }

  /**
   * The newest published state. Any thread, never blocks.
   *
   * @throws IllegalStateException if the store is closed
   */
  public StoreView acquireView() {
    while (true) {
      StoreView view = newest;
      if (view == null) {
        throw new IllegalStateException("the store in " + database.directory() + " is closed");
      }
      if (view.maybeRetain()) {
        return view;
      }
    }
  }

  @Override
  public long currentRevision() {
    try (StoreView view = acquireView()) {
      return view.revision();
    }
  }

  @Override
  public long compactRevision() {
    try (StoreView view = acquireView()) {
      return view.compactRevision();
    }
  }

  @Override
  public List<RevisionEvents> read(long lo, long hi, int maxRevisions, long maxBytes) {
    try (StoreView view = acquireView()) {
      if (lo < view.compactRevision()) {
        throw new CompactedException(view.compactRevision());
      }
      try (EventReader reader = view.events(Math.max(lo, 0), Math.max(hi, 0))) {
        return read(reader, maxRevisions, maxBytes);
      }
    }
  }

  private static List<RevisionEvents> read(EventReader reader, int maxRevisions, long maxBytes) {
    List<RevisionEvents> revisions = new ArrayList<>();
    List<Event> events = new ArrayList<>();
    long bytes = 0;
    boolean more = maxRevisions > 0 && reader.advance();
    while (more) {
      long revision = reader.revision();
      Event event = reader.event();
      events.add(event);
      bytes += event.getSerializedSize();
      more = reader.advance();
      if (!more || reader.revision() != revision) {
        revisions.add(new RevisionEvents(revision, List.copyOf(events)));
        events.clear();
        more &= revisions.size() < maxRevisions && bytes < maxBytes;
      }
    }
    return revisions;
  }

  /** What the members said of themselves, by member id; immutable. Any thread. */
  public SortedMap<Long, MemberAttributes> memberAttributes() {
    return members;
  }

  /** Bytes the store takes up, in files and in memory not yet flushed; never 0. Any thread. */
  public long sizeBytes() {
    return sum("rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables");
  }

  /** Estimate of the bytes that would remain if everything superseded were gone; never 0. */
  public long sizeInUseBytes() {
    return sum("rocksdb.estimate-live-data-size", "rocksdb.cur-size-all-mem-tables");
  }

  private long sum(String onDisk, String inMemory) {
    return whileOpen(() -> Math.max(1, database.property(onDisk) + database.property(inMemory)));
  }

  /**
   * Makes everything applied so far durable. Blocks for the disk; any thread but the event loops.
   *
   * @return a position whose effect, and that of everything before it, is now on stable storage
   */
  public LogPosition flush() {
    return whileOpen(
        () -> {
          LogPosition position = applied;
          database.flush();
          return position;
        });
  }

  /** The applied position that is on stable storage already; the log is needed from there on. */
  public LogPosition durablyApplied() {
    return whileOpen(
        () -> {
          byte[] position = database.getDurable(database.meta(), Layout.APPLIED);
          return position == null ? LogPosition.ZERO : Layout.decodePosition(position);
        });
  }

  /**
   * Takes some history before the compact revision out of the database; for a background thread,
   * which calls it until there is nothing left. Readers and the apply thread go on meanwhile.
   *
   * @param maxEvents roughly how many events to take out in this call
   * @return whether anything is left to do
   */
  public boolean purgeCompacted(int maxEvents) {
    synchronized (purge) {
      try (StoreView view = acquireView()) {
        return purge.step(view, maxEvents);
      }
    }
  }

  /** Holds a view, so that the database stays open, while something else is asked of it. */
  private <T> T whileOpen(Supplier<T> question) {
    StoreView view = acquireView();
    try {
      return question.get();
    } finally {
      view.close();
    }
  }

  /**
   * Checksum of the visible history up to a revision; equal on members that hold the same and have
   * compacted to the same revision.
   *
   * @param revision 0 for the newest
   * @return CRC-32C in the low 32 bits
   * @throws CompactedException if the revision has been compacted
   * @throws FutureRevisionException if it has not happened yet
   */
  public long hashKv(long revision) {
    CRC32C crc = new CRC32C();
    try (StoreView view = acquireView()) {
      long last = revision <= 0 ? view.revision() : revision;
      KeyRange everything = new KeyRange(ByteString.EMPTY, null, false);
      try (Cursor cursor = view.at(last).cursor(everything)) {
        for (KeyValue pair = cursor.next(); pair != null; pair = cursor.next()) {
          crc.update(pair.toByteArray());
        }
      }
      try (EventReader events = view.events(view.compactRevision(), last + 1)) {
        while (events.advance()) {
          crc.update(Layout.encodeLong(events.revision()));
          crc.update(events.record().encode());
        }
      }
    }
    return crc.getValue();
  }

  /** Checksum of every byte in every column family; for tests. */
  long stateHash() {
    CRC32C crc = new CRC32C();
    for (ColumnFamilyHandle family : database.families()) {
      try (BoundedIterator iterator =
          new BoundedIterator(database, family, database.plainReads(), new byte[0], null)) {
        while (iterator.advance()) {
          crc.update(Layout.encodeLong(iterator.key().length));
          crc.update(iterator.key());
          crc.update(iterator.value());
        }
      }
      crc.update(0);
    }
    return crc.getValue();
  }

  /** Number of records in a column family; for tests. */
  long records(Function<Database, ColumnFamilyHandle> family) {
    long records = 0;
    try (BoundedIterator iterator =
        new BoundedIterator(
            database, family.apply(database), database.plainReads(), new byte[0], null)) {
      while (iterator.advance()) {
        records++;
      }
    }
    return records;
  }

  /** Number of keys by the fences' account; for tests. */
  long countedKeys() {
    return fences.total();
  }

  /**
   * Flushes and closes. Views still out keep the files open until the last one is closed; no new
   * ones are given. The apply thread must have ended.
   */
  @Override
  public void close() {
    close(true);
  }

  /** Closes as a crash would: what was not flushed is lost. */
  void closeWithoutFlush() {
    close(false);
  }

  private synchronized void close(boolean flush) {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (flush) {
        database.flush();
      }
    } finally {
      StoreView last = newest;
      newest = null;
      last.close();
      release();
    }
  }

  /** Gives back one use; the last one closes the files. */
  void release() {
    if (users.decrementAndGet() == 0) {
      database.close();
    }
  }
}
