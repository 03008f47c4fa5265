package io.kelson.client.coordination;

import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for futures and ties them together. */
final class Futures {
  private Futures() {}

  /** The result; gives up when the thread is interrupted, leaving it interrupted. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      return interrupted(future, e);
    } catch (ExecutionException e) {
      throw unchecked(e.getCause());
    }
  }

  /** The result, or nothing when it does not come in time; the future is cancelled then. */
  static <T> Optional<T> await(CompletableFuture<T> future, Duration atMost) {
    try {
      return Optional.of(future.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      // What came in this very moment must not get lost: somebody would hold it for ever.
      return future.cancel(true) ? Optional.empty() : Optional.of(settled(future));
    } catch (InterruptedException e) {
      return Optional.of(interrupted(future, e));
    } catch (ExecutionException e) {
      throw unchecked(e.getCause());
    }
  }

  private static <T> T interrupted(CompletableFuture<T> future, InterruptedException e) {
    Thread.currentThread().interrupt();
    if (future.cancel(true)) {
      throw new EtcdException(ErrorCode.CANCELLED, "interrupted while waiting", e);
    }
    return settled(future);
  }

  private static <T> T settled(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw unchecked(cause(e));
    }
  }

  private static RuntimeException unchecked(Throwable cause) {
    return cause instanceof RuntimeException failure ? failure : new CompletionException(cause);
  }

  /** What really went wrong. */
  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
