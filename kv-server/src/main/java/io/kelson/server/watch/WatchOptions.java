package io.kelson.server.watch;

/**
 * Sizes and times of the watch machinery.
 *
 * @param progressIntervalMillis how often a quiet watcher that asked for it hears how far it is;
 *     too small and idle clients cost traffic, too large and they resume from far back
 * @param fragmentBytes responses of watchers that allow fragments are split at this size
 * @param streamQueueBytes events kept for a stream whose client does not read; too small and a
 *     short stall sends its watchers back to history, too large and stalled clients cost memory
 * @param catchUpRevisions most revisions in one response read from history
 * @param catchUpBytes most bytes read from history at once, and most bytes that live responses are
 *     joined up to; a single larger revision still travels whole
 * @param catchUpWatchers most watchers that share one read of history; more make the read dearer
 *     for a single one of them, fewer read the same history more often
 * @param maxPendingReplies replies that may wait for a stream's client before its further requests
 *     are left unread
 */
public record WatchOptions(
    long progressIntervalMillis,
    long fragmentBytes,
    long streamQueueBytes,
    int catchUpRevisions,
    long catchUpBytes,
    int catchUpWatchers,
    int maxPendingReplies) {

  /** etcd's defaults where it has them. */
  public static final WatchOptions DEFAULT =
      new WatchOptions(600_000, (1_572_864 + 524_288), 2 << 20, 1000, 512 << 10, 512, 1000);

  /** Checks that all are in range. */
  public WatchOptions {
    requireAtLeast(100, progressIntervalMillis, "progressIntervalMillis");
    requireAtLeast(1, fragmentBytes, "fragmentBytes");
    requireAtLeast(1, streamQueueBytes, "streamQueueBytes");
    requireAtLeast(1, catchUpRevisions, "catchUpRevisions");
    requireAtLeast(1, catchUpBytes, "catchUpBytes");
    requireAtLeast(1, catchUpWatchers, "catchUpWatchers");
    requireAtLeast(1, maxPendingReplies, "maxPendingReplies");
  }

  private static void requireAtLeast(long least, long value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " is " + value + " but must be at least " + least + "; raise it");
    }
  }

  /** The same with another progress interval (flag {@code watch-progress-notify-interval}). */
  public WatchOptions withProgressIntervalMillis(long millis) {
    return new WatchOptions(
        millis,
        fragmentBytes,
        streamQueueBytes,
        catchUpRevisions,
        catchUpBytes,
        catchUpWatchers,
        maxPendingReplies);
  }

  /**
   * The same with another bound on what waits for a stream (flag {@code max-watch-queue-bytes}).
   */
  public WatchOptions withStreamQueueBytes(long bytes) {
    return new WatchOptions(
        progressIntervalMillis,
        fragmentBytes,
        bytes,
        catchUpRevisions,
        catchUpBytes,
        catchUpWatchers,
        maxPendingReplies);
  }

  /** The same with fragments as large as a request may be, plus the room gRPC leaves around it. */
  public WatchOptions withMaxRequestBytes(long maxRequestBytes) {
    return new WatchOptions(
        progressIntervalMillis,
        maxRequestBytes + (512 << 10),
        streamQueueBytes,
        catchUpRevisions,
        catchUpBytes,
        catchUpWatchers,
        maxPendingReplies);
  }
}
