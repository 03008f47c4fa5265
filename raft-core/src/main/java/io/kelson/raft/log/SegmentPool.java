package io.kelson.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * Keeps the next segment ready: a file full of zeros, or one that a cut gave back, under the name
 * {@link Format#SPARE_NAME}.
 *
 * <p>Zeros are really written, not just reserved: syncing a write into reserved but unwritten
 * blocks also has to sync the file system's own notes about them, which nearly doubles the time.
 *
 * <p>This is the only part of the log that needs space, and nothing has been promised from a spare.
 * So a disk without room for one is no failure: what was begun is removed, {@link #shortage} tells
 * of it, and it is tried again when somebody asks.
 *
 * <p>Guarded by the log's write lock, except for the filling itself, which runs in the background.
 */
final class SegmentPool {
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(256 << 10);

  /** Filling syncs so often, so that no large flush stands in the way of a commit's small one. */
  private static final int FILL_SYNC_BYTES = 4 << 20;

  private final LogDirectory directory;
  private final int segmentBytes;
  private final Executor background;
  private volatile boolean closing;
  private FutureTask<Void> filling;
  private LogFullException shortage;

  SegmentPool(LogDirectory directory, int segmentBytes, Executor background) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.background = background;
  }

  /** Adopts a spare that an earlier run left, or removes it if it was not finished. */
  void adopt() throws IOException {
    long size;
    try (LogFile spare = directory.open(Format.SPARE_NAME)) {
      size = spare.size();
    }
    if (size == segmentBytes) {
      filling = done();
    } else {
      directory.delete(Format.SPARE_NAME);
    }
  }

  /**
   * Begins to prepare a spare in the background, unless there is one, or one is being prepared, or
   * there was no room for it the last time.
   */
  void prepare() {
    if (shortage() == null && filling == null) {
      begin();
    }
  }

  /** Why there is no spare though one was wanted, as far as is known by now; null if there is. */
  LogFullException shortage() {
    if (filling != null && filling.isDone()) {
      shortage = shortage(filling);
      filling = shortage == null ? filling : null;
    }
    return shortage;
  }

  /** Tries once more to prepare what there was no room for. */
  void prepareAgain() {
    if (shortage() != null && filling == null) {
      begin();
    }
  }

  private void begin() {
    filling = fill(segmentBytes);
    background.execute(filling);
  }

  /** What kept a finished task from its end, if it was want of space. */
  private static LogFullException shortage(FutureTask<Void> done) {
    try {
      await(done);
      return null;
    } catch (LogFullException e) {
      return e;
    } catch (IOException e) {
      // Whoever comes to need the spare will meet it.
      return null;
    }
  }

  /** Whether a segment that is no longer needed should be renamed to be the spare. */
  boolean wants(Segment segment) {
    return filling == null && !segment.inUse() && segment.capacityBytes() == segmentBytes;
  }

  /** A segment has been renamed to be the spare. */
  void recycled() {
    filling = done();
    shortage = null;
  }

  /**
   * Makes the spare a segment, preparing it first if need be.
   *
   * @throws LogFullException if there is no room; nothing has changed
   */
  Segment take(SegmentHeader header) throws IOException {
    return take(header, segmentBytes);
  }

  /** Like {@link #take(SegmentHeader)}, with a size of its own if there is no spare. */
  Segment take(SegmentHeader header, int bytes) throws IOException {
    FutureTask<Void> task = filling != null ? filling : fill(bytes);
    try {
      await(task);
      shortage = null;
    } catch (LogFullException e) {
      shortage = e;
      throw e;
    } finally {
      filling = null;
    }
    String name = Format.segmentName(header.segment());
    try (LogFile spare = directory.open(Format.SPARE_NAME)) {
      spare.write(header.encode(), 0);
      spare.force();
    }
    directory.rename(Format.SPARE_NAME, name);
    directory.sync();
    return new Segment(header, directory.open(name));
  }

  /**
   * Waits until nothing is being prepared. What is not finished, or could not be, is left for
   * {@link #adopt}; it holds nothing.
   */
  void close() {
    closing = true;
    if (filling != null) {
      try {
        await(filling);
      } catch (IOException e) {
        filling = null;
      }
    }
  }

  /** Runs the task here if nobody has begun it, and waits for it in any case. */
  private static void await(FutureTask<Void> task) throws IOException {
    task.run();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof LogFullException full) {
            throw full;
          }
          throw new IOException("cannot prepare the next log segment", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FutureTask<Void> fill(int bytes) {
    return new FutureTask<>(
        () -> {
          fillWithZeros(bytes);
          return null;
        });
  }

  /** Asks before it writes: a spare that cannot be finished would only take others' last room. */
  private void fillWithZeros(int bytes) throws IOException {
    long usable = directory.usableBytes();
    if (usable < bytes) {
      throw noRoom(bytes, usable, null);
    }
    boolean created = false;
    try (LogFile spare = directory.create(Format.SPARE_NAME)) {
      created = true;
      fillWithZeros(spare, bytes);
    } catch (OutOfSpaceException e) {
      directory.delete(Format.SPARE_NAME);
      throw noRoom(bytes, usable, e.getCause());
    } catch (IOException e) {
      if (!created && LogFullException.isOutOfSpace(e)) {
        throw noRoom(bytes, usable, e);
      }
      throw e;
    }
  }

  private void fillWithZeros(LogFile spare, int bytes) throws IOException {
    ByteBuffer zeros = ZEROS.duplicate();
    for (int offset = 0; offset < bytes && !closing; ) {
      zeros.clear().limit(Math.min(bytes - offset, zeros.capacity()));
      int chunk = zeros.remaining();
      write(spare, zeros, offset);
      offset += chunk;
      if (offset % FILL_SYNC_BYTES == 0 || offset == bytes) {
        spare.force();
      }
    }
  }

  /** A write that found no room has promised nothing; a sync that did is fatal like any other. */
  private static void write(LogFile spare, ByteBuffer zeros, int offset) throws IOException {
    try {
      spare.write(zeros, offset);
    } catch (IOException e) {
      throw LogFullException.isOutOfSpace(e) ? new OutOfSpaceException(e) : e;
    }
  }

  private LogFullException noRoom(int bytes, long usable, Throwable cause) {
    return new LogFullException(
        "no room for the next segment of the log in "
            + directory.describe()
            + ": "
            + bytes
            + " bytes are needed, "
            + usable
            + " are free",
        cause);
  }

  /** A write into the spare found no room. */
  private static final class OutOfSpaceException extends IOException {
    private static final long serialVersionUID = 1;

    OutOfSpaceException(IOException cause) {
      super(cause);
    }
  }

  private static FutureTask<Void> done() {
    FutureTask<Void> task = new FutureTask<>(() -> null);
    task.run();
    return task;
  }
}
