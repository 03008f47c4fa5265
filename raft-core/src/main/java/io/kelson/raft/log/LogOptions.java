package io.kelson.raft.log;

import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What a {@link SegmentedLog} is opened with.
 *
 * @param directory where the segments are
 * @param owner whose log it is; another owner's segments are refused
 * @param create whether an empty directory becomes an empty log. A member that has run before opens
 *     with false: without its log it has forgotten its votes and must not start
 * @param segmentBytes size of a segment file, 16 KiB to 1 GiB. Small segments are rolled often, at
 *     the price of a few syncs each; large ones are returned late after a cut, and take long to
 *     fill with zeros
 * @param bufferBytes size of the buffer that batches are gathered in, at least 4 KiB; it grows to
 *     the largest entry. What does not fit is written in several pieces, still with one sync
 * @param background runs the filling of the next segment. {@code Runnable::run} does it in the
 *     writer's place, as a single-threaded simulation needs
 * @param salts a number for each new segment that nobody can guess, so that no client can craft a
 *     value that looks like a frame of the log
 * @param metrics hears of writes and syncs
 */
public record LogOptions(
    LogDirectory directory,
    LogOwner owner,
    boolean create,
    int segmentBytes,
    int bufferBytes,
    Executor background,
    LongSupplier salts,
    LogMetrics metrics) {
  private static final int MIN_SEGMENT_BYTES = 16 << 10;
  private static final int MAX_SEGMENT_BYTES = 1 << 30;
  private static final int MIN_BUFFER_BYTES = 4 << 10;

  public LogOptions {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(background, "background");
    Objects.requireNonNull(salts, "salts");
    Objects.requireNonNull(metrics, "metrics");
    requireRange("segmentBytes", segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
    requireRange("bufferBytes", bufferBytes, MIN_BUFFER_BYTES, MAX_SEGMENT_BYTES);
  }

  /** Options with the defaults for a real disk. */
  public static Builder builder(LogDirectory directory) {
    return new Builder(directory);
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ", it must be from " + min + " to " + max);
    }
  }

  /** Collects the options; see {@link LogOptions} for each. */
  public static final class Builder {
    private final LogDirectory directory;
    private LogOwner owner = LogOwner.NOBODY;
    private boolean create = true;
    private int segmentBytes = 64 << 20;
    private int bufferBytes = 1 << 20;
    private Executor background = Builder::inDaemonThread;
    private LongSupplier salts = new SecureRandom()::nextLong;
    private LogMetrics metrics = LogMetrics.NONE;

    private Builder(LogDirectory directory) {
      this.directory = directory;
    }

    public Builder owner(LogOwner value) {
      owner = value;
      return this;
    }

    public Builder create(boolean value) {
      create = value;
      return this;
    }

    public Builder segmentBytes(int value) {
      segmentBytes = value;
      return this;
    }

    public Builder bufferBytes(int value) {
      bufferBytes = value;
      return this;
    }

    public Builder background(Executor value) {
      background = value;
      return this;
    }

    public Builder salts(LongSupplier value) {
      salts = value;
      return this;
    }

    public Builder metrics(LogMetrics value) {
      metrics = value;
      return this;
    }

    public LogOptions build() {
      return new LogOptions(
          directory, owner, create, segmentBytes, bufferBytes, background, salts, metrics);
    }

    /** One short-lived thread per segment; a pool would idle for all the time in between. */
    private static void inDaemonThread(Runnable task) {
      Thread thread = new Thread(task, "kelson-log-segment");
      thread.setDaemon(true);
      thread.start();
    }
  }
}
