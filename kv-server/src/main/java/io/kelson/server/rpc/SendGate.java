package io.kelson.server.rpc;

import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets a thread work on an answer in turns with others, and wait until the call can take more of
 * it.
 *
 * <p>Only so many bytes of a call are on their way. A client that takes none of them for a long
 * time is given up, since it holds a thread and keeps superseded data on the disk.
 */
final class SendGate {
  static final long STALL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final BooleanSupplier ready;
  private final BooleanSupplier cancelled;
  private final Semaphore turns;
  private final long stallLimitNanos;

  SendGate(
      BooleanSupplier ready, BooleanSupplier cancelled, Semaphore turns, long stallLimitNanos) {
    this.ready = ready;
    this.cancelled = cancelled;
    this.turns = turns;
    this.stallLimitNanos = stallLimitNanos;
  }

  /** The call can take more, or its caller has left. Any thread. */
  synchronized void changed() {
    notifyAll();
  }

  /** Does some work when it is its turn. */
  void work(Runnable work) {
    takeTurn();
    try {
      work.run();
    } finally {
      turns.release();
    }
  }

  /** Lets others who wait for their turn go first; called within {@link #work}. */
  void yieldTurn() {
    if (turns.hasQueuedThreads()) {
      turns.release();
      turns.acquireUninterruptibly();
    }
    requireCaller();
  }

  /**
   * Waits until the call can take more, letting others have the turn meanwhile; called within
   * {@link #work}.
   *
   * @throws io.grpc.StatusRuntimeException if the caller has left or does not read, or this server
   *     stops
   */
  void awaitReady() {
    if (ready.getAsBoolean()) {
      yieldTurn();
      return;
    }
    turns.release();
    try {
      waitForCaller();
    } finally {
      turns.acquireUninterruptibly();
    }
  }

  private void takeTurn() {
    try {
      turns.acquire();
    } catch (InterruptedException e) {
      throw stopped();
    }
  }

  private synchronized void waitForCaller() {
    long deadline = System.nanoTime() + stallLimitNanos;
    while (!ready.getAsBoolean()) {
      requireCaller();
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw Status.CANCELLED
            .withDescription("the caller has taken none of its answer for too long")
            .asRuntimeException();
      }
      try {
        wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
      } catch (InterruptedException e) {
        throw stopped();
      }
    }
  }

  private void requireCaller() {
    if (cancelled.getAsBoolean()) {
      throw Status.CANCELLED.withDescription("the caller has left").asRuntimeException();
    }
  }

  private static RuntimeException stopped() {
    Thread.currentThread().interrupt();
    return Status.CANCELLED.withDescription("the server stops").asRuntimeException();
  }
}
