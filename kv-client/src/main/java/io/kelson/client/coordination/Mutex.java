package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A lock that one holder at a time has, first come first served.
 *
 * <p>Not reentrant: every call queues anew, so that threads that share a session exclude each other
 * as processes do. It queues with etcd's own {@code Mutex} and Lock service of the same name. Read
 * about fences in the package's description. Thread-safe.
 */
public final class Mutex {
  private final Session session;
  private final Bytes prefix;

  /** The lock of that name, held through {@code session}. */
  public Mutex(Session session, Bytes name) {
    this.session = session;
    this.prefix = name.concat(Bytes.utf8("/"));
  }

  private Contender contender() {
    return new Contender(session, prefix, prefix.concat(Bytes.utf8(session.uniqueName())), 1);
  }

  /**
   * Queues for the lock. Cancelling the future leaves the queue; it fails with {@link
   * SessionLostException} if the session ends first.
   */
  public CompletableFuture<Held> lockAsync() {
    return contender().hold(Bytes.EMPTY);
  }

  /** Waits for the lock. */
  public Held lock() {
    return Futures.await(lockAsync());
  }

  /** Waits for the lock, but no longer than that; empty when it did not come. */
  public Optional<Held> lock(Duration atMost) {
    return Futures.await(lockAsync(), atMost);
  }

  /** Takes the lock if nobody has it or waits for it. */
  public CompletableFuture<Optional<Held>> tryLockAsync() {
    return contender().tryHold(Bytes.EMPTY);
  }

  /** Takes the lock if nobody has it or waits for it; does not wait for anybody. */
  public Optional<Held> tryLock() {
    return Futures.await(tryLockAsync());
  }
}
