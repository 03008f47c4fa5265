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

  /** Begins to prepare a spare in the background, unless there is one or one is being prepared. */
  void prepare() {
    if (filling == null) {
      filling = fill(segmentBytes);
      background.execute(filling);
    }
  }

  /** Whether a segment that is no longer needed should be renamed to be the spare. */
  boolean wants(Segment segment) {
    return filling == null && !segment.inUse() && segment.capacityBytes() == segmentBytes;
  }

  /** A segment has been renamed to be the spare. */
  void recycled() {
    filling = done();
  }

  /** Makes the spare a segment, preparing it first if need be. */
  Segment take(SegmentHeader header) throws IOException {
    return take(header, segmentBytes);
  }

  /** Like {@link #take(SegmentHeader)}, with a size of its own if there is no spare. */
  Segment take(SegmentHeader header, int bytes) throws IOException {
    FutureTask<Void> task = filling != null ? filling : fill(bytes);
    await(task);
    filling = null;
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

  private void fillWithZeros(int bytes) throws IOException {
    ByteBuffer zeros = ZEROS.duplicate();
    try (LogFile spare = directory.create(Format.SPARE_NAME)) {
      for (int offset = 0; offset < bytes && !closing; ) {
        zeros.clear().limit(Math.min(bytes - offset, zeros.capacity()));
        int chunk = zeros.remaining();
        spare.write(zeros, offset);
        offset += chunk;
        if (offset % FILL_SYNC_BYTES == 0 || offset == bytes) {
          spare.force();
        }
      }
    }
  }

  private static FutureTask<Void> done() {
    FutureTask<Void> task = new FutureTask<>(() -> null);
    task.run();
    return task;
  }
}
