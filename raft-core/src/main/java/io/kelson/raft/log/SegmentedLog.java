package io.kelson.raft.log;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The write-ahead log of one member: entries and hard state in one stream of checksummed frames, in
 * segment files that are filled with zeros before they are used.
 *
 * <p>One thread writes ({@link #write}, then {@link #sync}); any thread may {@link #read}, {@link
 * #cut} or {@link #reset}. A batch is gathered in memory by {@code write} and is durable when the
 * {@code sync} after it returns; that is one write and one fdatasync, however many batches there
 * were. Overwriting a suffix (Raft paper, section 5.3) is appending as well: the later entries win,
 * in memory and when the log is read again.
 *
 * <p>After the first failed write or sync every call throws {@link LogFailedException}. Nothing is
 * ever tried again: the kernel may have dropped what it could not write, and a second sync would
 * then report success. Only want of room for another segment, {@link LogFullException}, is no
 * failure, because nothing has been written then.
 *
 * <p>Memory: about 12 bytes per 4 KiB of log, or per entry where entries are larger or were synced
 * one by one and are larger, and a few bytes per change of term; entries themselves stay on disk.
 */
public final class SegmentedLog implements Closeable {
  /** Small, so that an empty log is quickly made; the next segments have the size asked for. */
  private static final int FIRST_SEGMENT_BYTES = 8 << 20;

  private static final int TAIL_READ_BYTES = 1 << 20;
  private static final int POSITION_RECORD_BYTES = Format.RECORD_HEADER_BYTES + 3 * Long.BYTES;

  private final LogOptions options;
  private final LogDirectory directory;
  private final SegmentPool pool;
  private final Appender appender;
  private final ReentrantLock writeLock = new ReentrantLock();

  /** Changed under the write lock and its own monitor; read under either. */
  private final LogState state;

  /** A batch that there was no room to write all of, and how many of its entries are written. */
  private PersistBatch partial;

  private int partialEntries;

  private volatile Throwable failure;
  private volatile boolean closed;

  private SegmentedLog(LogOptions options, SegmentPool pool, Appender appender, LogState state) {
    this.options = options;
    this.directory = options.directory();
    this.pool = pool;
    this.appender = appender;
    this.state = state;
  }

  /**
   * Opens a log, creating it where there is none, and brings it into a state that later appends can
   * build on: the torn tail of a crash is cut, durably.
   *
   * <p>The caller holds the lock on the data directory. On return everything the log holds is
   * durable, including what had been written but not synced before.
   *
   * @throws LogDamagedException if something is broken or missing that had been durable
   * @throws LogRefusedException if the log is another member's, or in a newer format, or not there
   *     though it must be
   */
  public static SegmentedLog open(LogOptions options) throws IOException {
    LogDirectory directory = options.directory();
    SegmentPool pool = new SegmentPool(directory, options.segmentBytes(), options.background());
    List<String> names = directory.list();
    if (names.contains(Format.SPARE_NAME)) {
      pool.adopt();
    }
    List<Long> numbers =
        names.stream().map(Format::segmentNumber).filter(n -> n != 0).sorted().toList();
    Appender appender = new Appender(options.bufferBytes(), options.metrics());
    LogState state =
        numbers.isEmpty() ? create(options, pool, appender) : recover(options, numbers, appender);
    return new SegmentedLog(options, pool, appender, state);
  }

  private static LogState create(LogOptions options, SegmentPool pool, Appender appender)
      throws IOException {
    if (!options.create()) {
      throw LogRefusedException.missing(options.directory());
    }
    SegmentHeader header =
        new SegmentHeader(
            1,
            options.salts().getAsLong(),
            options.owner(),
            HardState.EMPTY,
            LogPosition.ZERO,
            LogPosition.ZERO,
            1,
            0,
            0,
            1);
    Segment first = pool.take(header, Math.min(options.segmentBytes(), FIRST_SEGMENT_BYTES));
    LogState state = new LogState(header);
    state.segment(first);
    appender.moveTo(first, Format.SEGMENT_HEADER_BYTES, 1, 0);
    return state;
  }

  private static LogState recover(LogOptions options, List<Long> numbers, Appender appender)
      throws IOException {
    Recovery recovery = new Recovery(options);
    recovery.read(numbers);
    try {
      recovery.settle(appender);
      recovery.removeUnneeded(numbers);
    } catch (IOException | RuntimeException e) {
      recovery.closeAll(e);
      throw e;
    }
    return recovery.state();
  }

  /**
   * What the log holds, for the core to start from.
   *
   * @param tailBytes how much of the end of the log to load, measured by {@link Entry#sizeBytes};
   *     at most that much is
   * @return with no base configuration: that one is the state machine's to know
   */
  public RestoredLog restored(long tailBytes) throws IOException {
    writeLock.lock();
    try {
      requireUsable();
      HardState hardState = state.hardState();
      LogPosition base = state.base();
      // What was cut away had been committed, whether or not the hint had been written by then.
      long commit = Math.max(hardState.commit(), base.index());
      return new RestoredLog(
          new HardState(hardState.term(), hardState.vote(), commit),
          base,
          state.last(),
          state.termRuns(),
          tail(tailBytes),
          null,
          configEntries());
    } finally {
      writeLock.unlock();
    }
  }

  private List<Entry> configEntries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (long index : state.configIndexes()) {
      if (index < state.readableHi()) {
        entries.addAll(read(index, index + 1, Long.MAX_VALUE));
      }
    }
    return List.copyOf(entries);
  }

  private List<Entry> tail(long tailBytes) throws IOException {
    ArrayDeque<Entry> tail = new ArrayDeque<>();
    long bytes = 0;
    long hi = state.readableHi();
    for (long next = state.indexBefore(tailBytes); next < hi; ) {
      for (Entry entry : read(next, hi, TAIL_READ_BYTES)) {
        tail.add(entry);
        bytes += entry.sizeBytes();
        next = entry.index() + 1;
      }
      while (bytes > tailBytes) {
        bytes -= tail.remove().sizeBytes();
      }
    }
    return List.copyOf(tail);
  }

  /**
   * Adds a batch to what the next {@link #sync} makes durable. Nothing is durable on return, and
   * the entries' data is no longer needed.
   *
   * <p>The commit index is put behind the entries of its batch: after a crash that keeps only part
   * of the batch, it must not be found beside the entries that the batch was to overwrite.
   *
   * @throws LogFullException if there is no room for the next segment; the same batch handed in
   *     again goes on where this call stopped
   * @throws IllegalArgumentException if the batch contradicts what the log holds; as the caller is
   *     then wrong about it, the log takes nothing more
   */
  public void write(PersistBatch batch) throws IOException {
    change(
        () -> {
          if (batch != partial) {
            partial = batch;
            partialEntries = 0;
          }
          writeRest(batch);
          partial = null;
        });
  }

  /** What is in the log already of the hard state shows by the log's own. */
  private void writeRest(PersistBatch batch) throws IOException {
    HardState old = state.hardState();
    HardState next = batch.hardState() == null ? old : batch.hardState();
    if (!next.samePromise(old)) {
      append(new HardState(next.term(), next.vote(), old.commit()));
    }
    for (; partialEntries < batch.entries().size(); partialEntries++) {
      append(batch.entries().get(partialEntries));
    }
    if (next.commit() != old.commit()) {
      append(next);
    }
  }

  /**
   * Why the next segment, which the present one is full enough to call for, cannot be prepared for
   * want of space, as far as is known by now; empty if it can. Thread-safe.
   */
  public Optional<LogFullException> shortage() {
    writeLock.lock();
    try {
      return Optional.ofNullable(pool.shortage());
    } finally {
      writeLock.unlock();
    }
  }

  /** Tries again to prepare what there was no room for, in the background. Thread-safe. */
  public void prepareAgain() {
    writeLock.lock();
    try {
      if (failure == null && !closed) {
        pool.prepareAgain();
      }
    } finally {
      writeLock.unlock();
    }
  }

  /** Makes everything written so far durable, with at most one fdatasync. */
  public void sync() throws IOException {
    change(
        () -> {
          appender.force();
          written();
        });
  }

  /**
   * Hands what was written without a sync to the operating system or, if there is nothing, notes in
   * the file that all of it is durable. For a writer with nothing else to do: the note is what
   * tells damage to the last batch from a torn write.
   */
  public void flush() throws IOException {
    change(
        () -> {
          if (appender.isEmpty()) {
            appender.mark();
          } else {
            appender.write();
            written();
          }
        });
  }

  private void append(HardState next) throws IOException {
    makeRoom(POSITION_RECORD_BYTES);
    appender.hardState(next);
    synchronized (state) {
      state.hardState(next);
    }
  }

  private void append(Entry entry) throws IOException {
    if (entry.data().length > Format.MAX_ENTRY_DATA_BYTES) {
      throw new IllegalArgumentException(
          "entry " + entry + " is larger than " + Format.MAX_ENTRY_DATA_BYTES + " bytes");
    }
    if (appender.frameHasEntries() && state.overwrites(entry.index())) {
      appender.endFrame();
    }
    makeRoom(Format.ENTRY_BYTES + entry.data().length);
    boolean opensFrame = !appender.frameHasEntries();
    appender.entry(entry);
    synchronized (state) {
      state.entry(appender.frameOffset(), opensFrame, entry.term(), entry.index(), entry.type());
    }
  }

  private void makeRoom(int recordBytes) throws IOException {
    if (appender.frameIsFullFor(recordBytes)) {
      appender.endFrame();
    }
    long capacity = state.current().capacityBytes() - Format.TRAILER_BYTES;
    boolean fresh = appender.end() == Format.SEGMENT_HEADER_BYTES;
    if (appender.endWith(recordBytes) > capacity && !fresh) {
      roll();
    } else if (appender.end() > capacity / 2) {
      pool.prepare();
    }
    appender.open(recordBytes);
  }

  /**
   * Goes on in a new segment. The old one is durable before the new one exists, and only then does
   * the old one say, durably, that it is not the last.
   */
  private void roll() throws IOException {
    appender.force();
    SegmentHeader header =
        new SegmentHeader(
            state.current().number() + 1,
            options.salts().getAsLong(),
            options.owner(),
            state.hardState(),
            state.base(),
            state.last(),
            appender.number(),
            appender.end(),
            appender.chain(),
            state.firstSegment());
    Segment next = pool.take(header);
    appender.continued(next.number());
    appender.moveTo(next, Format.SEGMENT_HEADER_BYTES, header.number(), header.chain());
    synchronized (state) {
      state.written();
      state.segment(next);
    }
  }

  private void written() {
    synchronized (state) {
      state.written();
    }
  }

  /**
   * Reads entries {@code [lo, hi)}, or fewer if they measure more than {@code maxBytes} by {@link
   * Entry#sizeBytes}, but always at least one if there is one. Thread-safe; what is returned is one
   * consistent piece of the log. The thread should not be interrupted meanwhile.
   *
   * @throws EntriesUnavailableException if they are not all in the log, or not until the end
   * @throws LogDamagedException if they are not what was written
   */
  public List<Entry> read(long lo, long hi, long maxBytes) throws IOException {
    if (lo >= hi) {
      return List.of();
    }
    requireUsable();
    return LogReader.read(state, lo, hi, maxBytes);
  }

  /**
   * Forgets the entries up to and including a position, durably, and gives back the segments that
   * hold nothing else. Thread-safe. Does nothing if the log is already cut there.
   *
   * @param upTo an entry of the log that is committed and that a durable snapshot or state covers:
   *     nothing else can bring it back
   * @throws LogFullException if not even the note of it has room; the log is as it was
   */
  public void cut(LogPosition upTo) throws IOException {
    writeLock.lock();
    try {
      requireUsable();
      if (upTo.index() > state.base().index()) {
        requireHolds(upTo);
        change(() -> recordCut(upTo));
      }
    } finally {
      writeLock.unlock();
    }
  }

  private void requireHolds(LogPosition position) {
    if (!state.holds(position)) {
      throw new IllegalArgumentException(
          "cannot cut at " + position + ", the log is " + state.base() + ".." + state.last());
    }
  }

  private void recordCut(LogPosition upTo) throws IOException {
    makeRoom(POSITION_RECORD_BYTES);
    long oldest = state.oldestSegmentAfter(upTo.index());
    appender.position(Format.CUT, upTo, oldest);
    synchronized (state) {
      state.cut(upTo, oldest);
    }
    appender.force();
    giveBackUnneeded();
  }

  /**
   * Forgets all entries and begins again behind a position, durably, as after installing a
   * snapshot. Thread-safe, but nobody may be about to write what belongs to the old log.
   *
   * @param base position of the last entry that the snapshot covers
   * @param hardState the hard state to go with it, which keeps the promises made so far
   * @throws IllegalArgumentException if that would take back what is committed or promised; the log
   *     then takes nothing more
   */
  public void reset(LogPosition base, HardState hardState) throws IOException {
    change(() -> recordReset(base, hardState));
  }

  private void recordReset(LogPosition base, HardState hardState) throws IOException {
    if (base.index() < state.hardState().commit()) {
      throw new IllegalArgumentException(
          "cannot begin again at " + base + ", before the commit index of " + state.hardState());
    }
    appender.force();
    makeRoom(2 * POSITION_RECORD_BYTES);
    long oldest = state.current().number();
    appender.position(Format.RESET, base, oldest);
    appender.hardState(hardState);
    synchronized (state) {
      state.reset(base, oldest);
      state.hardState(hardState);
    }
    appender.force();
    giveBackUnneeded();
  }

  private void giveBackUnneeded() throws IOException {
    List<Segment> unneeded;
    synchronized (state) {
      state.written();
      unneeded = state.removeUnneeded();
    }
    for (Segment segment : unneeded) {
      giveBack(segment);
    }
    if (!unneeded.isEmpty()) {
      directory.sync();
    }
  }

  private void giveBack(Segment segment) throws IOException {
    synchronized (state) {
      boolean recycle = pool.wants(segment);
      segment.retire();
      if (recycle) {
        directory.rename(segment.name(), Format.SPARE_NAME);
        pool.recycled();
      } else {
        directory.delete(segment.name());
      }
    }
  }

  /** Who hears of what it does to its disk. */
  public LogMetrics metrics() {
    return options.metrics();
  }

  /** Position just before the first entry. */
  public LogPosition base() {
    synchronized (state) {
      return state.base();
    }
  }

  /** Position of the last entry written, durable or not. */
  public LogPosition last() {
    synchronized (state) {
      return state.last();
    }
  }

  /** How many segment files there are, a spare one not counted. */
  public int segments() {
    synchronized (state) {
      return state.segments().size();
    }
  }

  /**
   * Syncs what was written and closes the files. A log that failed is closed as it is; so is one
   * whose last sync fails now, which is then thrown.
   */
  @Override
  public void close() throws IOException {
    writeLock.lock();
    try {
      if (!closed) {
        closed = true;
        closeOnce();
      }
    } finally {
      writeLock.unlock();
    }
  }

  private void closeOnce() throws IOException {
    try {
      if (failure == null) {
        appender.force();
        appender.mark();
        appender.force();
      }
    } catch (IOException e) {
      failure = e;
      throw e;
    } finally {
      pool.close();
      for (Segment segment : state.segments()) {
        synchronized (state) {
          segment.retire();
        }
      }
    }
  }

  private interface Change {
    void run() throws IOException;
  }

  private void change(Change change) throws IOException {
    writeLock.lock();
    try {
      requireUsable();
      change.run();
    } catch (LogFailedException | LogFullException e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      failure = failure == null ? e : failure;
      throw e;
    } finally {
      writeLock.unlock();
    }
  }

  private void requireUsable() throws LogFailedException {
    if (failure != null) {
      throw new LogFailedException(failure);
    }
    if (closed) {
      throw new IllegalStateException("the log in " + directory.describe() + " is closed");
    }
  }
}
