package io.kelson.client;

import java.util.concurrent.CompletableFuture;

/** A watch that is running. Thread-safe. */
public interface Watcher extends AutoCloseable {
  /** Completes with the header of the first acceptance; fails if the watch ends before. */
  CompletableFuture<Header> created();

  /** Completes when the watch is over, exceptionally if it was not closed on this side. */
  CompletableFuture<Void> closed();

  /**
   * Asks the server to say how far it got; the answer is {@link WatchListener#onProgress}, of which
   * there may be none while a watch of this client is behind. What is asked while the connection is
   * being rebuilt goes out when it has been.
   */
  void requestProgress();

  /** Ends the watch; {@link WatchListener#onClosed} with null follows. Idempotent. */
  @Override
  void close();
}
