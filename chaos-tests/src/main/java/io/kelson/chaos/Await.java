package io.kelson.chaos;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits for a condition of another process, looking again every few milliseconds up to a bound.
 *
 * <p>Another process cannot count down a latch of ours, so its state is polled; the bound only
 * decides when a wait has failed, never when it has succeeded.
 */
public final class Await {
  private static final long POLL_NANOS = Duration.ofMillis(20).toNanos();

  private Await() {}

  /**
   * Returns once the condition holds.
   *
   * @throws IllegalStateException naming {@code what} when it does not hold within the bound, or
   *     when the thread is interrupted
   */
  public static void until(String what, Duration bound, BooleanSupplier condition) {
    value(what, bound, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  /** Returns the first value the supplier has; fails as {@link #until} does. */
  public static <T> T value(String what, Duration bound, Supplier<Optional<T>> supplier) {
    long deadlineNanos = System.nanoTime() + bound.toNanos();
    while (true) {
      Optional<T> found = supplier.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IllegalStateException("waited " + bound + " in vain for: " + what);
      }
      pause(what);
    }
  }

  private static void pause(String what) {
    LockSupport.parkNanos(POLL_NANOS);
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("interrupted while waiting for: " + what);
    }
  }
}
