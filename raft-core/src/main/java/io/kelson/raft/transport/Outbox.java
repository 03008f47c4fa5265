package io.kelson.raft.transport;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits to be sent to one peer: in order, bounded in messages and bytes, the newest dropped
 * when full.
 *
 * <p>Messages that carry no payload (heartbeats, votes, answers) may use a reserve that the others
 * may not. Without it, appends that pile up in front of a slow peer would shut out the very
 * messages that keep it from starting an election. They still queue behind what is already there:
 * were they to overtake, a heartbeat would name entries that the follower has yet to receive.
 *
 * <p>Any thread may offer; one thread at a time polls. Concurrent offers near the limit may be
 * turned away although one of them would have fitted.
 */
final class Outbox {
  /** What a message is taken to cost beside its payload, in bytes. */
  static final int OVERHEAD_BYTES = 64;

  private final Queue<Message> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger messages = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final int maxMessages;
  private final long maxBytes;
  private final int reserveMessages;

  /** An empty outbox; the reserve comes on top of the messages. */
  Outbox(int maxMessages, long maxBytes, int reserveMessages) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
    this.reserveMessages = reserveMessages;
  }

  /** Queues a message, or returns false if it must be dropped because the outbox is full. */
  boolean offer(Message message) {
    long payload = payloadBytes(message);
    long cost = payload + OVERHEAD_BYTES;
    int count = messages.incrementAndGet();
    long sum = bytes.addAndGet(cost);
    if (!fits(payload > 0, count, sum)) {
      messages.decrementAndGet();
      bytes.addAndGet(-cost);
      return false;
    }
    queue.add(message);
    return true;
  }

  /** The oldest message, or null if there is none. */
  Message poll() {
    Message message = queue.poll();
    if (message != null) {
      messages.decrementAndGet();
      bytes.addAndGet(-payloadBytes(message) - OVERHEAD_BYTES);
    }
    return message;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  private boolean fits(boolean bulk, int count, long sum) {
    if (!bulk) {
      return count <= maxMessages + reserveMessages;
    }
    // A message larger than the whole outbox still gets its turn when nothing else is waiting.
    return count == 1 || (count <= maxMessages && sum <= maxBytes);
  }

  private static long payloadBytes(Message message) {
    return switch (message.kind()) {
      case APPEND_REQUEST -> entryBytes((Message.AppendRequest) message);
      case PROPOSAL_FORWARD -> forwardedBytes((Message.ProposalForward) message);
      case VOTE_REQUEST,
          VOTE_RESPONSE,
          APPEND_RESPONSE,
          READ_INDEX_REQUEST,
          READ_INDEX_RESPONSE,
          TIMEOUT_NOW ->
          0;
    };
  }

  private static long entryBytes(Message.AppendRequest append) {
    long sum = 0;
    for (Entry entry : append.entries()) {
      sum += entry.sizeBytes();
    }
    return sum;
  }

  private static long forwardedBytes(Message.ProposalForward forward) {
    long sum = 0;
    for (Proposal proposal : forward.proposals()) {
      sum += proposal.data().length + Entry.OVERHEAD_BYTES;
    }
    return sum;
  }
}
