package io.kelson.chaos.workload;

import java.util.function.BooleanSupplier;

/** Repeats what prepares a run: no fault has begun, so it has to work before long. */
final class Retry {
  private static final int MOST_TRIES = 100;
  private static final long WAIT_MILLIS = 100;

  private Retry() {}

  /**
   * Asks until it is so.
   *
   * @throws IllegalStateException if it does not come to that in ten seconds or so
   */
  static void until(BooleanSupplier done, String what) throws InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      if (done.getAsBoolean()) {
        return;
      }
      Thread.sleep(WAIT_MILLIS);
    }
    throw new IllegalStateException("the cluster never came to where " + what);
  }
}
