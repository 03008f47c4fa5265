package io.kelson.raft.snapshot;

/** Says how long to wait before sending on so that a rate is kept. One thread. */
final class RatePacer {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** How far a sender that was held up may get ahead later. */
  private static final long MAX_CREDIT_NANOS = NANOS_PER_SECOND / 10;

  private final long bytesPerSecond;
  private long dueNanos;

  /** Paces from a time on; 0 bytes for no limit. */
  RatePacer(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.dueNanos = nowNanos;
  }

  /** Accounts for bytes about to be sent; returns for how long to hold them back. */
  long delayNanos(long bytes, long nowNanos) {
    if (bytesPerSecond == 0) {
      return 0;
    }
    if (nowNanos - dueNanos > MAX_CREDIT_NANOS) {
      dueNanos = nowNanos - MAX_CREDIT_NANOS;
    }
    long delay = Math.max(0, dueNanos - nowNanos);
    dueNanos += Math.multiplyExact(bytes, NANOS_PER_SECOND) / bytesPerSecond;
    return delay;
  }
}
