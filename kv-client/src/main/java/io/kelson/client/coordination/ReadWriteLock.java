package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A lock that many readers or one writer have, first come first served: a reader waits for older
 * writers, a writer for everybody older, so neither starves.
 *
 * <p>Not reentrant, and a reader cannot become a writer. Thread-safe.
 */
public final class ReadWriteLock {
  private final Session session;
  private final Bytes all;
  private final Bytes writers;
  private final Bytes readers;

  /** The lock of that name, held through {@code session}. */
  public ReadWriteLock(Session session, Bytes name) {
    this.session = session;
    this.all = name.concat(Bytes.utf8("/"));
    this.writers = all.concat(Bytes.utf8("write/"));
    this.readers = all.concat(Bytes.utf8("read/"));
  }

  private Contender reader() {
    Bytes key = readers.concat(Bytes.utf8(session.uniqueName()));
    return new Contender(session, writers, key, 1);
  }

  private Contender writer() {
    Bytes key = writers.concat(Bytes.utf8(session.uniqueName()));
    return new Contender(session, all, key, 1);
  }

  /** Queues for reading; cancelling the future leaves the queue. */
  public CompletableFuture<Held> readLockAsync() {
    return reader().hold(Bytes.EMPTY);
  }

  /** Waits for reading. */
  public Held readLock() {
    return Futures.await(readLockAsync());
  }

  /** Waits for reading, but no longer than that; empty when it did not come. */
  public Optional<Held> readLock(Duration atMost) {
    return Futures.await(readLockAsync(), atMost);
  }

  /** Queues for writing; cancelling the future leaves the queue. */
  public CompletableFuture<Held> writeLockAsync() {
    return writer().hold(Bytes.EMPTY);
  }

  /** Waits for writing. */
  public Held writeLock() {
    return Futures.await(writeLockAsync());
  }

  /** Waits for writing, but no longer than that; empty when it did not come. */
  public Optional<Held> writeLock(Duration atMost) {
    return Futures.await(writeLockAsync(), atMost);
  }
}
