package io.kelson.server.mvcc;

import io.kelson.api.mvcc.Event;
import io.kelson.raft.core.LogPosition;
import io.kelson.server.proto.MemberAttributes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.rocksdb.ColumnFamilyHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys, their history and the log position they stand for, in RocksDB.
 *
 * <p>One thread writes, in {@link ApplyBatch}es; any thread reads, through {@link StoreView}s.
 * Nothing written is durable before {@link #flush()} or a flush of RocksDB's own: the log is
 * replayed from {@link #applied()} after a crash.
 */
public final class MvccStore implements EventHistory, AutoCloseable {
  private static final int MAX_FLUSHES = 8;

  /** A put writes three: a start applies some thousands of them in well under a second. */
  static final long ROWS_WORTH_FLUSHING = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(MvccStore.class);

  /** Merging the newest versions then writes a few times as much as it gives back. */
  private static final long DELETES_PER_KEY_WORTH_MERGING = 4;

  // What the apply thread writes to; others look at the database of the view they hold.
  private Database database;

  /** Read by anybody who wants to know how many keys there are. */
  private volatile Fences fences;

  private final StoreRoom room;

  private final Object purging = new Object();

  /** Replaced with {@link #purging} held. */
  private volatile Purge purge;

  /**
   * Held while a batch is open or the database is being replaced: with it, what the database holds
   * is what the newest view shows, but for what was purged.
   */
  private final ReentrantLock applying = new ReentrantLock();

  private volatile StoreView newest;
  private volatile LogPosition applied;
  private volatile SortedMap<Long, MemberAttributes> members;
  private volatile byte[] config;
  private volatile byte[] restored;
  private boolean closed;

  private MvccStore(Database database) {
    StoreMeta meta = StoreMeta.read(database);
    this.database = database;
    this.room = database.room();
    this.fences = Fences.load(database);
    this.purge = new Purge(database);
    this.members = meta.members();
    this.config = meta.config();
    this.restored = meta.restored();
    this.applied = meta.applied();
    this.newest = new StoreView(database, meta.revision(), meta.compactRevision());
  }

  /**
   * Opens the store in a directory, creating it if there is none.
   *
   * @throws StoreException if what is there is not a store of this version and cluster, is in use,
   *     or cannot be read
   */
  public static MvccStore open(Path directory, MvccOptions options) {
    return open(directory, options, new StoreRoom(StoreRoom.Listener.NONE));
  }

  /**
   * The same.
   *
   * @param room where writers wait when the disk is full
   */
  static MvccStore open(Path directory, MvccOptions options, StoreRoom room) {
    Database database = Database.open(directory, options, room);
    try {
      byte[] format = database.get(database.meta(), database.plainReads(), Layout.FORMAT);
      if (format == null) {
        StoreFormat.initialize(database, options);
      } else {
        StoreFormat.requireSame(database, options, format);
      }
      return new MvccStore(database);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Position of the last log entry whose effect readers can see. Any thread. */
  public LogPosition applied() {
    return applied;
  }

  /** Begins a group of entries. Apply thread only; one batch at a time. */
  public ApplyBatch newBatch() {
    applying.lock();
    try {
      return new ApplyBatch(this, database, fences);
    } catch (RuntimeException e) {
      applying.unlock();
      throw e;
    }
  }

  /** The batch is done with, whatever became of it. */
  void batchClosed() {
    applying.unlock();
  }

  /**
   * Puts another database, brought by a snapshot, in the place of the present one. Readers see all
   * of it from here on; views already out keep what they show until they are closed. Apply thread
   * only, with no batch open.
   *
   * @param expected the position the database must hold, newer than {@link #applied()}
   * @param commit makes the replacement durable, when the new database has proved to be good
   * @param retire given the old database, to close it, when nobody uses it any more; on the thread
   *     of its last reader
   * @throws StoreException if it is not a store at that position, or {@code commit} failed; this
   *     store is as it was then
   */
  synchronized void replace(
      Path directory,
      MvccOptions options,
      LogPosition expected,
      Runnable commit,
      Consumer<Database> retire) {
    if (closed || expected.index() <= applied.index()) {
      throw new StoreException(
          "a snapshot of "
              + expected
              + " cannot replace the store, which is "
              + (closed ? "closed" : "at " + applied));
    }
    Database fresh = Database.open(directory, options, room);
    try {
      StoreFormat.requireSame(fresh, options, StoreMeta.get(fresh, Layout.FORMAT));
      StoreMeta meta = StoreMeta.read(fresh);
      StoreFormat.requirePosition(directory, meta, expected);
      Fences freshFences = Fences.load(fresh);
      commit.run();
      applying.lock();
      try {
        become(fresh, freshFences, meta, retire);
      } finally {
        applying.unlock();
      }
    } catch (RuntimeException e) {
      fresh.close();
      throw e;
    }
  }

  private void become(
      Database fresh, Fences freshFences, StoreMeta meta, Consumer<Database> retire) {
    Database old = database;
    StoreView oldView = newest;
    database = fresh;
    fences = freshFences;
    newest = new StoreView(fresh, meta.revision(), meta.compactRevision());
    members = meta.members();
    config = meta.config();
    restored = meta.restored();
    // Last, as ever.
    applied = meta.applied();
    old.whenUnused(retire);
    oldView.close();
    old.release();
  }

  /**
   * Freezes the present state in a new directory, by links to files that never change and copies of
   * small ones. Blocks for the disk; entries go on being applied meanwhile. Any thread but the
   * event loops.
   *
   * @return what the copy says of itself: it may be newer than {@link #applied()} was before
   * @throws StoreException if the disk fails or is full
   */
  StoreMeta checkpoint(Path directory, MvccOptions options) {
    whileOpen(
        opened -> {
          // RocksDB's own flush before it links the files may come back too early.
          flush(opened);
          opened.checkpoint(directory);
          return null;
        });
    // Asked of the copy: nothing else knows for certain where the flush fell.
    return StoreFormat.inspect(directory, options);
  }

  /** Shows readers a written batch. */
  void publish(
      LogPosition position,
      long revision,
      long compactRevision,
      boolean leasesChanged,
      SortedMap<Long, MemberAttributes> changedMembers,
      byte[] changedConfig) {
    StoreView old = newest;
    if (leasesChanged || old.revision() != revision || old.compactRevision() != compactRevision) {
      newest = new StoreView(database, revision, compactRevision);
      old.close();
    }
    if (changedMembers != null) {
      members = Collections.unmodifiableSortedMap(changedMembers);
    }
    if (changedConfig != null) {
      config = changedConfig;
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
        throw new IllegalStateException("the store is closed");
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

  /**
   * The data of the newest configuration entry that was applied; empty if there was none. Not to be
   * written to. Any thread.
   */
  public byte[] config() {
    return config;
  }

  /**
   * Tells the restore of a backup that this store began with from others; empty if it did not begin
   * so. Not to be written to. Any thread.
   */
  public byte[] restored() {
    return restored;
  }

  /** Bytes the store takes up, in files and in memory not yet flushed; never 0. Any thread. */
  public long sizeBytes() {
    return sum("rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables");
  }

  /** Estimate of the bytes that would remain if everything superseded were gone; never 0. */
  public long sizeInUseBytes() {
    return sum("rocksdb.estimate-live-data-size", "rocksdb.cur-size-all-mem-tables");
  }

  /** What the database is busy with. Any thread; may take a millisecond. */
  public StoreStats stats() {
    return whileOpen(StoreStats::of);
  }

  /** How many keys there are, as of some moment just past. Any thread. */
  public long keys() {
    return fences.total();
  }

  private long sum(String onDisk, String inMemory) {
    return whileOpen(opened -> Math.max(1, opened.property(onDisk) + opened.property(inMemory)));
  }

  /**
   * Makes everything applied so far durable, if the disk has room. Blocks for the disk; any thread
   * but the event loops.
   *
   * @return a position whose effect, and that of everything before it, is now on stable storage
   */
  public LogPosition flush() {
    return whileOpen(MvccStore::flush);
  }

  private static LogPosition flush(Database opened) {
    // Not applied(): that may be of another database by now.
    LogPosition applied = applied(opened);
    LogPosition durable;
    int flushes = 0;
    boolean room;
    do {
      room = opened.maybeFlush();
      durable = durablyApplied(opened);
      flushes++;
      // RocksDB may come back when an earlier flush ends that was under way, with its own still to
      // be done (its issue 10089).
    } while (room && flushes < MAX_FLUSHES && durable.compareTo(applied) < 0);
    return durable;
  }

  /**
   * The same if there is enough to flush: a start applies what is not durable once more, slowly,
   * since nothing of it is compiled then.
   */
  public LogPosition settle() {
    return whileOpen(
        opened ->
            opened.unflushedRows() >= ROWS_WORTH_FLUSHING ? flush(opened) : durablyApplied(opened));
  }

  /** Ends the waits of writers for a full disk, now and from here on. Any thread, never blocks. */
  public void stopWaiting() {
    room.stopWaiting();
  }

  /** The applied position that is on stable storage already; the log is needed from there on. */
  public LogPosition durablyApplied() {
    return whileOpen(MvccStore::durablyApplied);
  }

  private static LogPosition applied(Database opened) {
    byte[] position = opened.get(opened.meta(), opened.plainReads(), Layout.APPLIED);
    return position == null ? LogPosition.ZERO : Layout.decodePosition(position);
  }

  private static LogPosition durablyApplied(Database opened) {
    byte[] position = opened.getDurable(opened.meta(), Layout.APPLIED);
    return position == null ? LogPosition.ZERO : Layout.decodePosition(position);
  }

  /**
   * Takes some history before the compact revision out of the database; for a background thread,
   * which calls it until there is nothing left. Readers and the apply thread go on meanwhile.
   *
   * @param maxEvents roughly how many events to take out in this call
   * @return whether anything is left to do
   */
  public boolean purgeCompacted(int maxEvents) {
    synchronized (purging) {
      try (StoreView view = acquireView()) {
        if (purge.database() != view.database()) {
          purge = new Purge(view.database());
        }
        return purge.step(view, maxEvents);
      }
    }
  }

  /** How many revisions there are to purge, or more. Purge thread. */
  long purgeBacklog() {
    synchronized (purging) {
      try (StoreView view = acquireView()) {
        return purge.database() == view.database() ? purge.backlog(view) : view.compactRevision();
      }
    }
  }

  /**
   * Whether compacted history may still be in the database. Any thread, never waits for a purge.
   */
  public boolean isPurging() {
    Purge current = purge;
    try (StoreView view = acquireView()) {
      return current.database() == view.database()
          ? current.backlog(view) > 0
          : view.compactRevision() > 0;
    }
  }

  /** Whether merging has nothing more urgent to do. Any thread. */
  boolean isQuiet() {
    return whileOpen(Database::isQuiet);
  }

  /** How many events were purged whose space the files have not given back. Purge thread. */
  long purgedEvents() {
    synchronized (purging) {
      return purge.unreclaimed();
    }
  }

  /**
   * Merges files so that the disk gets back the space of what was purged. Blocks, for large
   * histories perhaps for minutes; readers and the apply thread go on meanwhile. Background thread.
   *
   * @param all whatever it costs; if not, the files of the newest versions are left alone until the
   *     deletes purged are many beside the keys there are
   */
  public void reclaimPurged(boolean all) {
    try {
      renewView();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    synchronized (purging) {
      try (StoreView view = acquireView()) {
        if (purge.database() == view.database()) {
          purge.reclaim(
              all || purge.unreclaimedDeletes() * DELETES_PER_KEY_WORTH_MERGING >= keys() + 1);
        }
      }
    }
  }

  /** Makes {@link #reclaimPurged} return soon; nothing is reclaimed any more. Any thread. */
  void stopReclaiming() {
    purge.stopReclaiming();
  }

  /**
   * Shows readers the same once more: the view that is always there would otherwise keep what was
   * purged after it was made, for as long as nothing is written.
   */
  private void renewView() throws InterruptedException {
    // A batch may be open as long as the disk is full.
    applying.lockInterruptibly();
    try {
      StoreView old = newest;
      if (old != null) {
        newest = new StoreView(database, old.revision(), old.compactRevision());
        old.close();
      }
    } finally {
      applying.unlock();
    }
  }

  /** Holds a view, so that the database stays open, while something else is asked of it. */
  private <T> T whileOpen(Function<Database, T> question) {
    try (StoreView view = acquireView()) {
      return question.apply(view.database());
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
    try (StoreView view = acquireView()) {
      return view.hashKv(revision);
    }
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
      database.hurry();
      if (flush && flush(database).compareTo(applied(database)) < 0) {
        LOG.warn(
            "no room to flush the store in {}: the next start applies more of the log again",
            database.directory());
      }
    } finally {
      StoreView last = newest;
      newest = null;
      last.close();
      database.release();
    }
  }
}
