package io.kelson.chaos.workload;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Says when a client makes its next call. For one thread.
 *
 * <p>With a rate the calls have fixed times from the first on; one that is late because an earlier
 * one took long is made at once, so that the load does not sink when the cluster gets slow (open
 * loop). Without, each follows the answer to the one before (closed loop).
 */
public final class Pacer {
  private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final long intervalNanos;
  private long dueNanos;
  private boolean begun;

  /**
   * @param perSecond calls a second, 0 for a closed loop
   */
  public Pacer(double perSecond) {
    if (perSecond < 0) {
      throw new IllegalArgumentException("a rate of " + perSecond + ": give 0 or more");
    }
    this.intervalNanos = perSecond == 0 ? 0 : (long) (1e9 / perSecond);
  }

  /** Waits until the next call is due; returns early if the thread is interrupted. */
  void await() {
    if (intervalNanos == 0) {
      return;
    }
    if (!begun) {
      begun = true;
      dueNanos = System.nanoTime();
    }
    park(dueNanos);
    dueNanos += intervalNanos;
  }

  /** Waits a little: a member that is down refuses at once, thousands of times a second. */
  void afterFailure() {
    park(System.nanoTime() + AFTER_FAILURE_NANOS);
  }

  private static void park(long untilNanos) {
    for (long left = untilNanos - System.nanoTime();
        left > 0 && !Thread.currentThread().isInterrupted();
        left = untilNanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
