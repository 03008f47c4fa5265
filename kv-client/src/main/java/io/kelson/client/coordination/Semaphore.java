package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A number of permits, given out first come first served.
 *
 * <p>Who uses the same name must say the same number; the store does not remember it. Thread-safe.
 */
public final class Semaphore {
  private final Session session;
  private final Bytes prefix;
  private final int permits;

  /**
   * The semaphore of that name.
   *
   * @param permits how many may be held together, at least 1
   */
  public Semaphore(Session session, Bytes name, int permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits is " + permits + ": give at least 1");
    }
    this.session = session;
    this.prefix = name.concat(Bytes.utf8("/"));
    this.permits = permits;
  }

  private Contender contender() {
    return new Contender(session, prefix, prefix.concat(Bytes.utf8(session.uniqueName())), permits);
  }

  /**
   * Queues for a permit. Cancelling the future leaves the queue; it fails with {@link
   * SessionLostException} if the session ends first.
   */
  public CompletableFuture<Held> acquireAsync() {
    return contender().hold(Bytes.EMPTY);
  }

  /** Waits for a permit. */
  public Held acquire() {
    return Futures.await(acquireAsync());
  }

  /** Waits for a permit, but no longer than that; empty when none came. */
  public Optional<Held> acquire(Duration atMost) {
    return Futures.await(acquireAsync(), atMost);
  }

  /** Takes a permit if there is one; does not wait for anybody. */
  public Optional<Held> tryAcquire() {
    return Futures.await(contender().tryHold(Bytes.EMPTY));
  }
}
