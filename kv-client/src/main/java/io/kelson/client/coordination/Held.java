package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.EtcdException;
import java.util.concurrent.CompletableFuture;

/**
 * A lock, permit or office that is held, until it is released or its session is lost. Thread-safe.
 */
public final class Held implements AutoCloseable {
  private final Session session;
  private final Bytes key;
  private final long fence;
  private volatile boolean released;

  Held(Session session, Bytes key, long fence) {
    this.session = session;
    this.key = key;
    this.fence = fence;
  }

  /** The key that stands for it. */
  public Bytes key() {
    return key;
  }

  /**
   * The fencing token: the revision at which the key was created. Every later holder has a greater
   * one.
   */
  public long fence() {
    return fence;
  }

  /**
   * Whether nothing is known against it: not released, session alive. The lease may have expired
   * without this process knowing yet; only {@link #stillHeld} in a transaction is sure.
   */
  public boolean likelyHeld() {
    return !released && session.alive();
  }

  /** The condition, for transactions, that it is still held when they run. */
  public Compare stillHeld() {
    return Compare.createRevision(key, Compare.Relation.EQUAL, fence);
  }

  /** Releases it; the next waiter gets it. */
  public CompletableFuture<Void> releaseAsync() {
    released = true;
    return new Contender(session, key, key, 1).leave(fence).thenApply(done -> null);
  }

  /**
   * Releases it and waits until that is durable. Idempotent.
   *
   * @throws EtcdException if that failed; it stays held then until the session ends
   */
  @Override
  public void close() {
    Futures.await(releaseAsync());
  }

  @Override
  public String toString() {
    return "Held[key=" + key + ", fence=" + fence + "]";
  }
}
