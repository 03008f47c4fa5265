package io.kelson.bench;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Waits for the end of something, shows how far it is, and notices when it goes on no more.
 *
 * @param name of what is waited for
 * @param done how much of it succeeded so far
 * @param failed how much failed
 * @param stalled how long neither may change
 * @param progress where it is shown
 */
record Vigil(
    String name, LongSupplier done, LongSupplier failed, Duration stalled, ProgressLine progress) {
  /** A server that has answered nothing at all for so long will not. */
  static final Duration STALLED = Duration.ofSeconds(30);

  private static final Duration GLANCE = Duration.ofMillis(500);

  /**
   * Returns when the future is complete.
   *
   * @param onStall what ends the wait when nothing changes; called again and again until it does
   * @throws IllegalStateException if the future failed
   */
  void keep(CompletableFuture<?> end, Runnable onStall) throws InterruptedException {
    long startNanos = System.nanoTime();
    long lastChangeNanos = startNanos;
    long lastCount = 0;
    while (!ended(end)) {
      long nowNanos = System.nanoTime();
      long succeeded = done.getAsLong();
      long errors = failed.getAsLong();
      if (succeeded + errors != lastCount) {
        lastCount = succeeded + errors;
        lastChangeNanos = nowNanos;
      } else if (nowNanos - lastChangeNanos > stalled.toNanos()) {
        onStall.run();
      }
      double seconds = (nowNanos - startNanos) / 1e9;
      progress.show(
          String.format(
              "%s  %.0f s  %d done  %.0f ops/s  %d errors",
              name, seconds, succeeded, succeeded / seconds, errors));
    }
    progress.clear();
  }

  private boolean ended(CompletableFuture<?> end) throws InterruptedException {
    try {
      end.get(Math.min(GLANCE.toMillis(), stalled.toMillis()), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the driver itself failed", e.getCause());
    }
  }
}
