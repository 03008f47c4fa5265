package io.kelson.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A lease that the client keeps alive, until it is closed or lost.
 *
 * <p>Lost means: the server said that there is no such lease, or it might have expired because no
 * renewal was answered for as long as it lives. In the second case the lease may still be there (a
 * new leader gives every lease its full time again), but nobody may rely on it. Thread-safe.
 */
public final class KeptLease implements AutoCloseable {
  private final LeaseKeeper keeper;
  private final long id;
  private final CompletableFuture<Void> lost = new CompletableFuture<>();
  private volatile boolean closed;

  KeptLease(LeaseKeeper keeper, long id) {
    this.keeper = keeper;
    this.id = id;
  }

  /** The lease's id. */
  public long id() {
    return id;
  }

  /** Completes, on the callback executor, when the lease is lost; never after {@link #close}. */
  public CompletableFuture<Void> lost() {
    return lost.copy();
  }

  /** Whether the lease is still being kept alive: neither lost nor closed. */
  public boolean alive() {
    return !closed && !lost.isDone();
  }

  /** Stops the renewals; the lease expires by itself if nobody else renews it. Idempotent. */
  @Override
  public void close() {
    closed = true;
    keeper.release(this);
  }

  void lose(Executor callbacks) {
    if (!closed) {
      lost.completeAsync(() -> null, callbacks);
    }
  }
}
