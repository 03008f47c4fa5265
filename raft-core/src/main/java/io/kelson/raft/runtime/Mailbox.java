package io.kelson.raft.runtime;

import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import java.util.ArrayList;
import java.util.List;

/**
 * What waits for the raft loop. Producers on any thread put in; the loop takes everything at once.
 *
 * <p>Completions of the disk and of the state machine are cumulative, so only the newest of each is
 * kept and they always fit. Proposals and reads are refused when full, and the caller is told.
 * Peers' messages are dropped when full: to Raft that is a lossy network, which it lives with.
 */
final class Mailbox {
  /** What one drain found. The loop owns it until the next drain. */
  static final class Batch {
    final List<Message> messages = new ArrayList<>();
    final List<Proposal> proposals = new ArrayList<>();
    final List<ReadWaiter> reads = new ArrayList<>();
    final List<Runnable> tasks = new ArrayList<>();
    long proposalBytes;
    long persistedWrite;
    long appliedIndex;
    boolean closed;

    private void clear() {
      messages.clear();
      proposals.clear();
      reads.clear();
      proposalBytes = 0;
      persistedWrite = 0;
      appliedIndex = 0;
      tasks.clear();
    }

    private boolean isEmpty() {
      return messages.isEmpty()
          && proposals.isEmpty()
          && reads.isEmpty()
          && persistedWrite == 0
          && appliedIndex == 0
          && tasks.isEmpty()
          && !closed;
    }
  }

  private final int maxRequests;
  private final long maxProposalBytes;
  private final int maxMessages;
  private Batch filling = new Batch();
  private Batch spare = new Batch();
  private boolean loopWaits;
  private boolean closed;
  private long droppedMessages;

  Mailbox(int maxRequests, long maxProposalBytes, int maxMessages) {
    this.maxRequests = maxRequests;
    this.maxProposalBytes = maxProposalBytes;
    this.maxMessages = maxMessages;
  }

  /** Whether there was room. One proposal fits an empty mailbox whatever its size. */
  synchronized boolean offer(Proposal proposal) {
    boolean full =
        filling.proposals.size() >= maxRequests
            || filling.proposalBytes > 0
                && filling.proposalBytes + proposal.data().length > maxProposalBytes;
    if (closed || full) {
      return false;
    }
    filling.proposals.add(proposal);
    filling.proposalBytes += proposal.data().length;
    wake();
    return true;
  }

  /** Whether there was room. */
  synchronized boolean offer(ReadWaiter waiter) {
    if (closed || filling.reads.size() >= maxRequests) {
      return false;
    }
    filling.reads.add(waiter);
    wake();
    return true;
  }

  synchronized void offer(Message message) {
    if (closed || filling.messages.size() >= maxMessages) {
      droppedMessages++;
      return;
    }
    filling.messages.add(message);
    wake();
  }

  synchronized void persisted(long write) {
    filling.persistedWrite = write;
    wake();
  }

  synchronized void applied(long index) {
    filling.appliedIndex = index;
    wake();
  }

  /** Something rare for the loop to do; always fits. Nothing happens once the mailbox is closed. */
  synchronized void offer(Runnable task) {
    if (!closed) {
      filling.tasks.add(task);
      wake();
    }
  }

  /** Lets the loop see that it should end; nothing is accepted any more. */
  synchronized void close() {
    closed = true;
    filling.closed = true;
    wake();
  }

  synchronized long droppedMessages() {
    return droppedMessages;
  }

  /**
   * Waits until there is something or the time is up, and takes all of it. What the previous call
   * returned is void.
   *
   * @param timeoutNanos not positive: do not wait
   */
  synchronized Batch take(long timeoutNanos) throws InterruptedException {
    if (filling.isEmpty() && timeoutNanos > 0) {
      loopWaits = true;
      try {
        // One wait is enough: waking early for nothing costs the loop an empty round, no more.
        wait(timeoutNanos / 1_000_000, (int) (timeoutNanos % 1_000_000));
      } finally {
        loopWaits = false;
      }
    }
    Batch taken = filling;
    spare.clear();
    spare.closed = closed;
    filling = spare;
    spare = taken;
    return taken;
  }

  private void wake() {
    if (loopWaits) {
      loopWaits = false;
      notifyAll();
    }
  }
}
