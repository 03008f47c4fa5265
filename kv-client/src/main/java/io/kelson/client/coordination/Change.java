package io.kelson.client.coordination;

import io.kelson.client.CompactedException;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import java.util.concurrent.CompletableFuture;

/** Waits for one change. */
final class Change {
  private Change() {}

  /**
   * Completes with the first event of a watch, or without one when the revision it began at is
   * compacted: either way it is time to look again. Completing or cancelling it ends the watch.
   */
  static CompletableFuture<Void> await(KelsonClient client, WatchOptions options) {
    CompletableFuture<Void> seen = new CompletableFuture<>();
    try {
      watch(client, options, seen);
    } catch (IllegalStateException closed) {
      seen.completeExceptionally(closed);
    }
    return seen;
  }

  private static void watch(
      KelsonClient client, WatchOptions options, CompletableFuture<Void> seen) {
    Watcher watcher =
        client.watch(
            options,
            new WatchListener() {
              @Override
              public void onEvents(WatchBatch batch) {
                seen.complete(null);
              }

              @Override
              public void onClosed(EtcdException cause) {
                if (cause == null || cause instanceof CompactedException) {
                  seen.complete(null);
                } else {
                  seen.completeExceptionally(cause);
                }
              }
            });
    seen.whenComplete((value, failure) -> watcher.close());
  }
}
