package io.kelson.raft.log;

/**
 * Hears what the log does to its disk, for statistics. Called on the thread that writes, most often
 * the log writer, with the log's write lock held but for {@link #synced}: an implementation returns
 * at once and never blocks.
 */
public interface LogMetrics {
  /** Hears nothing. */
  LogMetrics NONE = new LogMetrics() {};

  /**
   * A group of batches became durable.
   *
   * @param batches how many batches
   * @param entries how many entries in them
   * @param bytes what they measure, by {@link io.kelson.raft.core.Entry#sizeBytes}
   * @param syncNanos how long writing and syncing took, in nanoseconds
   */
  default void synced(int batches, int entries, long bytes, long syncNanos) {}

  /** So many bytes were handed to the operating system, in so many nanoseconds. */
  default void wrote(int bytes, long nanos) {}

  /** A sync of a segment file, and nothing else, took so many nanoseconds. */
  default void forced(long nanos) {}
}
