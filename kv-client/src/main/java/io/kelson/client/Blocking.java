package io.kelson.client;

import io.kelson.client.UnaryCalls.Effect;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Waits for futures, on behalf of the blocking form of each call. */
final class Blocking {
  private Blocking() {}

  /** The result, or the failure with the trace of the one who waited for it. */
  static <T> T await(CompletableFuture<T> future, Effect effect) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      // Whoever waits is being told to stop: the request is given up.
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw givenUp(effect, e);
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    }
  }

  private static EtcdException givenUp(Effect effect, Exception cause) {
    String text = "interrupted while waiting";
    return effect == Effect.WRITES
        ? new OutcomeUnknownException(ErrorCode.CANCELLED, text, cause)
        : new EtcdException(ErrorCode.CANCELLED, text, cause);
  }

  private static RuntimeException rethrown(Throwable cause) {
    if (cause instanceof RuntimeException failure) {
      failure.addSuppressed(new CompletionException("waited for here", null));
      return failure;
    }
    return new CompletionException(cause);
  }
}
