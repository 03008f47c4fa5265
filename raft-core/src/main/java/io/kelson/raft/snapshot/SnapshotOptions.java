package io.kelson.raft.snapshot;

/**
 * How snapshots travel.
 *
 * @param chunkBytes file bytes per frame. Too small: overhead; too large: memory, and more to send
 *     again after a break
 * @param maxBytesPerSecond the most a sender sends to one peer, 0 for no limit. Too small: the log
 *     grows faster than followers catch up; too large or none: replication and clients may feel it
 * @param idleTimeoutMillis after how long without a sign of life the other side is given up
 * @param attempts how many connections in a row one transfer may use without getting on; what was
 *     received is kept in between
 * @param retryPauseMillis pause before the second of them
 */
public record SnapshotOptions(
    int chunkBytes,
    long maxBytesPerSecond,
    long idleTimeoutMillis,
    int attempts,
    long retryPauseMillis) {
  /** 256 KiB, 8 MiB/s, 30 s, 5 attempts 500 ms apart. */
  public static final SnapshotOptions DEFAULT =
      new SnapshotOptions(256 << 10, 8 << 20, 30_000, 5, 500);

  private static final int MAX_CHUNK_BYTES = 4 << 20;

  public SnapshotOptions {
    if (chunkBytes < 1 || chunkBytes > MAX_CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "chunkBytes " + chunkBytes + " is not in 1.." + MAX_CHUNK_BYTES);
    }
    if (idleTimeoutMillis < 1 || attempts < 1 || retryPauseMillis < 0) {
      throw new IllegalArgumentException(
          "idleTimeoutMillis "
              + idleTimeoutMillis
              + " and attempts "
              + attempts
              + " must be positive, retryPauseMillis "
              + retryPauseMillis
              + " not negative");
    }
    // Else a peer that is only slow would be taken for a dead one.
    long slowest = 2L * chunkBytes * 1000 / idleTimeoutMillis;
    if (maxBytesPerSecond != 0 && maxBytesPerSecond < Math.max(1, slowest)) {
      throw new IllegalArgumentException(
          "maxBytesPerSecond "
              + maxBytesPerSecond
              + " sends less than a chunk of "
              + chunkBytes
              + " bytes within the idle time-out; give 0 for no limit or at least "
              + Math.max(1, slowest));
    }
  }

  /** The same with a limit on the rate. */
  public SnapshotOptions withMaxBytesPerSecond(long bytes) {
    return new SnapshotOptions(chunkBytes, bytes, idleTimeoutMillis, attempts, retryPauseMillis);
  }

  /** The same with chunks of another size. */
  public SnapshotOptions withChunkBytes(int bytes) {
    return new SnapshotOptions(
        bytes, maxBytesPerSecond, idleTimeoutMillis, attempts, retryPauseMillis);
  }

  /** The same with another number of attempts and another pause. */
  public SnapshotOptions withAttempts(int number, long pauseMillis) {
    return new SnapshotOptions(
        chunkBytes, maxBytesPerSecond, idleTimeoutMillis, number, pauseMillis);
  }

  /** The same with another patience. */
  public SnapshotOptions withIdleTimeoutMillis(long millis) {
    return new SnapshotOptions(chunkBytes, maxBytesPerSecond, millis, attempts, retryPauseMillis);
  }
}
