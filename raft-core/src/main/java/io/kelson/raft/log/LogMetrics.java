package io.kelson.raft.log;

/**
 * Hears what the log writer does, for statistics. Called on the writer thread: an implementation
 * returns at once and never blocks.
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
}
