package io.kelson.raft.runtime;

import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a thread for each turn at the core: the one that has news for it, as long as that is short,
 * or else the loop, which also makes the ticks.
 *
 * <p>All methods are thread-safe and none blocks, but for {@link #awaitEnd}.
 */
final class Turns {
  private static final Logger LOGGER = LoggerFactory.getLogger(Turns.class);

  /** What came during the first round of a turn may share a second one. */
  private static final int ROUNDS_ELSEWHERE = 2;

  private static final long BUSY_ELSEWHERE_NANOS = 1_000_000;

  /** What is done in turns. */
  interface Work {
    /** A round with what had come; in a turn. */
    void round(Mailbox.Batch batch);

    /** No round any more, and this is what had come too late for one; in a turn. */
    void refuse(Mailbox.Batch last);

    /** Whether a round might have to wait for the disk now. Any thread. */
    boolean mayHaveToWait();

    /** The loop has ended, after the mailbox was closed or something failed. */
    void ended();

    /** Something in a turn failed. */
    void failed(Throwable broken);
  }

  private final Mailbox mailbox;
  private final TickPacer pacer;
  private final LongSupplier nanoClock;
  private final Work work;
  private final Thread loop;
  private final Runnable turnHere = this::turnHere;

  /**
   * @param name of the loop's thread
   * @param pacer says when the loop has a tick made
   * @param nanoClock what the pacer goes by
   */
  Turns(String name, RaftNodeOptions options, TickPacer pacer, LongSupplier nanoClock, Work work) {
    this.mailbox =
        new Mailbox(
            options.maxQueuedProposals(),
            options.maxQueuedProposalBytes(),
            options.maxQueuedMessages(),
            this::ring);
    this.pacer = pacer;
    this.nanoClock = nanoClock;
    this.work = work;
    this.loop = new Thread(this::run, name);
  }

  /** Where news is put in. */
  Mailbox mailbox() {
    return mailbox;
  }

  void start() {
    loop.start();
  }

  /**
   * Waits until the loop has ended, for which the mailbox must have been closed; unless the caller
   * is what it would wait for.
   */
  void awaitEnd() throws InterruptedException {
    if (Thread.currentThread() != loop && !mailbox.isHeldByCaller()) {
      loop.join();
    }
  }

  private void run() {
    try {
      loop();
    } catch (Throwable broken) {
      work.failed(broken);
    } finally {
      mailbox.close();
      work.ended();
    }
  }

  private void loop() throws InterruptedException {
    long soonest = 0;
    while (true) {
      long wait = pacer.nanosUntilDue(nanoClock.getAsLong());
      if (!mailbox.awaitTurn(Math.max(wait, soonest))) {
        // Whoever has the turn will make the tick; there is no use in asking at once again.
        soonest = BUSY_ELSEWHERE_NANOS;
        continue;
      }
      soonest = 0;
      Mailbox.Batch batch = mailbox.takeOrRest();
      while (batch != null) {
        if (batch.closed) {
          work.refuse(batch);
          return;
        }
        work.round(batch);
        batch = mailbox.takeOrRest();
      }
    }
  }

  /**
   * Something has come and nobody has the turn. An event loop takes it itself, once it has read
   * whatever else its sockets hold; waking another thread for it would take longer than the step.
   * Other threads may hold locks that a listener wants, and leave it to the loop.
   */
  private void ring() {
    Executor here = ThreadExecutorMap.currentExecutor();
    if (here != null) {
      try {
        here.execute(turnHere);
        return;
      } catch (RejectedExecutionException e) {
        LOGGER.debug("an event loop is being shut down; the raft loop goes on", e);
      }
    }
    mailbox.callLoop();
  }

  /** A turn on a thread that has other things to do: what takes longer is left to the loop. */
  void turnHere() {
    if (work.mayHaveToWait()) {
      // For the disk: no event loop may, nor who the disk waits for.
      mailbox.callLoop();
      return;
    }
    if (!mailbox.begin()) {
      return;
    }
    try {
      for (int i = 0; i < ROUNDS_ELSEWHERE; i++) {
        Mailbox.Batch batch = mailbox.takeOrRest();
        if (batch == null) {
          return;
        }
        if (batch.closed) {
          work.refuse(batch);
          break;
        }
        work.round(batch);
      }
    } catch (Throwable broken) {
      work.failed(broken);
    }
    mailbox.handOver();
  }
}
