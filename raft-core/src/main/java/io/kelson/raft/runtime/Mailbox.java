package io.kelson.raft.runtime;

import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import java.util.ArrayList;
import java.util.List;

/**
 * What waits for the core, and who may step it. Producers on any thread put in; whoever has the
 * turn takes everything at once.
 *
 * <p><b>The turn.</b> One thread at a time has it, from {@link #begin} until {@link #takeOrRest}
 * finds nothing or {@link #handOver} is called; what one holder wrote, the next sees. An offer that
 * finds nobody at it rings the bell, once: whoever hears it sees to it that some thread begins. A
 * turn that was asked for and has not begun may be begun by anybody else first.
 *
 * <p>Completions of the disk and of the state machine are cumulative, so only the newest of each is
 * kept and they always fit. Proposals and reads are refused when full, and the caller is told.
 * Peers' messages are dropped when full: to Raft that is a lossy network, which it lives with.
 */
final class Mailbox {
  /** What one drain found. Belongs to the turn it was taken in, until the next drain. */
  static final class Batch {
    final List<Message> messages = new ArrayList<>();
    final List<Proposal> proposals = new ArrayList<>();
    final List<ReadWaiter> reads = new ArrayList<>();
    final List<Runnable> tasks = new ArrayList<>();
    long proposalBytes;
    long persistedWrite;
    long appliedIndex;
    boolean tickDue;
    boolean closed;

    private void clear() {
      messages.clear();
      proposals.clear();
      reads.clear();
      proposalBytes = 0;
      persistedWrite = 0;
      appliedIndex = 0;
      tickDue = false;
      tasks.clear();
    }

    private boolean isEmpty() {
      return messages.isEmpty()
          && proposals.isEmpty()
          && reads.isEmpty()
          && persistedWrite == 0
          && appliedIndex == 0
          && tasks.isEmpty()
          && !tickDue
          && !closed;
    }
  }

  private final int maxRequests;
  private final long maxProposalBytes;
  private final int maxMessages;
  private Batch filling = new Batch();
  private Batch spare = new Batch();
  private final Runnable bell;
  private Thread holder;
  private boolean asked;
  private boolean handedOver;
  private boolean closed;
  private long droppedMessages;

  /**
   * @param bell rung on the thread that offered, without any lock, when a turn is to begin soon
   */
  Mailbox(int maxRequests, long maxProposalBytes, int maxMessages, Runnable bell) {
    this.bell = bell;
    this.maxRequests = maxRequests;
    this.maxProposalBytes = maxProposalBytes;
    this.maxMessages = maxMessages;
  }

  /** Whether there was room. One proposal fits an empty mailbox whatever its size. */
  boolean offer(Proposal proposal) {
    boolean ring;
    synchronized (this) {
      boolean full =
          filling.proposals.size() >= maxRequests
              || filling.proposalBytes > 0
                  && filling.proposalBytes + proposal.data().length > maxProposalBytes;
      if (closed || full) {
        return false;
      }
      filling.proposals.add(proposal);
      filling.proposalBytes += proposal.data().length;
      ring = ask();
    }
    ringIf(ring);
    return true;
  }

  /** Whether there was room. */
  boolean offer(ReadWaiter waiter) {
    boolean ring;
    synchronized (this) {
      if (closed || filling.reads.size() >= maxRequests) {
        return false;
      }
      filling.reads.add(waiter);
      ring = ask();
    }
    ringIf(ring);
    return true;
  }

  void offer(Message message) {
    boolean ring;
    synchronized (this) {
      if (closed || filling.messages.size() >= maxMessages) {
        droppedMessages++;
        return;
      }
      filling.messages.add(message);
      ring = ask();
    }
    ringIf(ring);
  }

  /** Something rare to do in a turn; always fits. Nothing happens once the mailbox is closed. */
  void offer(Runnable task) {
    boolean ring;
    synchronized (this) {
      if (closed) {
        return;
      }
      filling.tasks.add(task);
      ring = ask();
    }
    ringIf(ring);
  }

  /** Does not ring: who reports it begins a turn himself. */
  synchronized void persisted(long write) {
    filling.persistedWrite = write;
  }

  /** Does not ring: who reports it begins a turn himself. */
  synchronized void applied(long index) {
    filling.appliedIndex = index;
  }

  /** Lets the loop see that it should end; nothing is accepted any more. */
  synchronized void close() {
    closed = true;
    filling.closed = true;
    if (holder == null) {
      giveToLoop();
    }
  }

  synchronized long droppedMessages() {
    return droppedMessages;
  }

  // --- The turn ----------------------------------------------------------------------------

  /** Takes the turn unless somebody has it, who will then see all that has been offered. */
  synchronized boolean begin() {
    if (holder != null) {
      return false;
    }
    holder = Thread.currentThread();
    asked = false;
    return true;
  }

  /**
   * Everything there is, for whoever has the turn; null, and the turn is over, if there is nothing.
   * What the previous call returned is void.
   */
  synchronized Batch takeOrRest() {
    if (filling.isEmpty()) {
      holder = null;
      // Who was asked while this turn went on has nothing to do any more; the next offer rings.
      asked = false;
      return null;
    }
    Batch taken = filling;
    spare.clear();
    spare.closed = closed;
    filling = spare;
    spare = taken;
    return taken;
  }

  /** Ends the turn and has the loop go on. */
  synchronized void handOver() {
    holder = null;
    giveToLoop();
  }

  /** Has the loop begin a turn that was asked for. */
  synchronized void callLoop() {
    giveToLoop();
  }

  private void giveToLoop() {
    asked = true;
    handedOver = true;
    notifyAll();
  }

  /** Whether the calling thread has the turn. */
  synchronized boolean isHeldByCaller() {
    return holder == Thread.currentThread();
  }

  /**
   * For the loop: waits until it is given the turn, or until the time is up; then a tick is due, to
   * be made by whoever has the turn.
   *
   * @param timeoutNanos not positive: do not wait
   * @return whether the calling thread has the turn now
   */
  synchronized boolean awaitTurn(long timeoutNanos) throws InterruptedException {
    if (!handedOver && timeoutNanos > 0) {
      // One wait is enough: waking early for nothing costs an empty round, no more.
      wait(timeoutNanos / 1_000_000, (int) (timeoutNanos % 1_000_000));
    }
    if (!handedOver) {
      filling.tickDue = true;
    }
    handedOver = false;
    return begin();
  }

  private boolean ask() {
    boolean first = holder == null && !asked;
    asked |= first;
    return first;
  }

  private void ringIf(boolean ring) {
    if (ring) {
      bell.run();
    }
  }
}
