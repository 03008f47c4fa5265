package io.kelson.server.rpc;

import io.kelson.api.EtcdError;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.InternalRequestOrBuilder;
import io.kelson.server.rpc.PendingRequests.Pending;
import io.netty.util.concurrent.EventExecutor;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The way of a write into the log: refuse what is too large or comes too fast, register its caller,
 * propose, and answer whoever has waited too long.
 *
 * <p>A proposal that was certainly turned down, because no leader is known or none can be reached
 * or leadership is being handed over, is made again as soon as there is a leader, until the
 * request's time is up: clients ride through an election without noticing more than a pause. A
 * proposal that was sent on and never heard of again is not repeated, as it may yet take effect.
 *
 * <p>Thread-safe; nothing blocks.
 */
public final class Proposals {
  private final ConsensusNode node;
  private final PendingRequests pending;
  private final LeaderWatch leader;
  private final LongSupplier nanoTime;
  private final int maxRequestBytes;
  private final long timeoutNanos;

  /** Turned down, waiting for a leader; bounded by the callers that can wait. */
  private final Queue<Pending> parked = new ConcurrentLinkedQueue<>();

  private final LongAdder refusals = new LongAdder();
  private final ApplyLag lag = new ApplyLag();

  private volatile boolean stopped;
  private volatile Admission admission = request -> null;

  Proposals(
      ConsensusNode node,
      PendingRequests pending,
      LeaderWatch leader,
      LongSupplier nanoTime,
      int maxRequestBytes,
      long timeoutNanos) {
    this.node = node;
    this.pending = pending;
    this.leader = leader;
    this.nanoTime = nanoTime;
    this.maxRequestBytes = maxRequestBytes;
    this.timeoutNanos = timeoutNanos;
  }

  /** Turns requests away that would be refused when applied, or should not get that far. */
  @FunctionalInterface
  public interface Admission {
    /** Why not; null if it may go on. Any thread; must not block. */
    EtcdError refusal(InternalRequestOrBuilder request);
  }

  /** Asks that for every request from now on. */
  public void admitWith(Admission value) {
    admission = value;
  }

  /** Lets a caller who does not care any longer be forgotten. */
  @FunctionalInterface
  public interface Handle {
    /** For a request that was answered already. */
    Handle DONE = () -> {};

    /** The outcome is not wanted any more; the request may take effect nevertheless. */
    void abandon();
  }

  /**
   * Proposes a request.
   *
   * @param request all but its number
   * @param executor where the outcome is delivered
   * @param outcome told within the request timeout; at once, on this thread, if refused at the door
   */
  public Handle submit(InternalRequest.Builder request, EventExecutor executor, Outcome outcome) {
    return submit(request, executor, outcome, true);
  }

  /**
   * Proposes what only the present leader may propose, itself: if it is turned down, the outcome is
   * {@link EtcdError#LEADER_CHANGED} and it is not proposed again. Two that are submitted one after
   * the other stand in the log in that order, if both do.
   *
   * @param request all but its number
   * @param executor where the outcome is delivered
   * @param outcome as for {@link #submit(InternalRequest.Builder, EventExecutor, Outcome)}
   */
  public Handle submitOnce(
      InternalRequest.Builder request, EventExecutor executor, Outcome outcome) {
    return submit(request, executor, outcome, false);
  }

  private Handle submit(
      InternalRequest.Builder request, EventExecutor executor, Outcome outcome, boolean repeat) {
    RaftStatus status = node.status();
    if (stopped) {
      return refuse(outcome, EtcdError.STOPPED);
    }
    if (lag.isTooMuch(status)) {
      return refuse(outcome, EtcdError.TOO_MANY_REQUESTS);
    }
    EtcdError refusal = admission.refusal(request);
    if (refusal != null) {
      return refuse(outcome, refusal);
    }
    Pending waiting = pending.register(nanoTime.getAsLong(), executor, outcome);
    if (waiting == null) {
      return refuse(outcome, EtcdError.TOO_MANY_REQUESTS);
    }
    InternalRequest numbered = request.setId(waiting.id()).build();
    if (numbered.getSerializedSize() > maxRequestBytes) {
      pending.abandon(waiting);
      return refuse(outcome, EtcdError.REQUEST_TOO_LARGE);
    }
    byte[] data = numbered.toByteArray();
    if (repeat) {
      waiting.data(data);
    }
    if (!node.propose(new Proposal(waiting.id(), data))) {
      pending.abandon(waiting);
      return refuse(outcome, EtcdError.TOO_MANY_REQUESTS);
    }
    if (stopped) {
      pending.fail(waiting, EtcdError.STOPPED);
    }
    return () -> pending.abandon(waiting);
  }

  /** How many requests failed on their way into the log, or through it, since the start. */
  long failures() {
    return refusals.sum() + pending.failures();
  }

  /** How long a request may take. */
  long timeoutNanos() {
    return timeoutNanos;
  }

  private Handle refuse(Outcome outcome, EtcdError error) {
    if (error == EtcdError.TOO_MANY_REQUESTS) {
      refusals.increment();
    }
    outcome.failed(error);
    return Handle.DONE;
  }

  /** Consensus turned a proposal down; called on the raft loop. */
  void rejected(Rejection rejection) {
    Pending waiting = pending.find(rejection.id());
    if (waiting == null) {
      return;
    }
    switch (rejection.reason()) {
      case NO_LEADER, NOT_SENT, TRANSFERRING, LEADER_CHANGED -> {
        if (waiting.data() == null) {
          pending.fail(waiting, EtcdError.LEADER_CHANGED);
        } else {
          parked.add(waiting);
        }
      }
      case NO_SPACE -> pending.fail(waiting, EtcdError.NO_SPACE);
      case TOO_MANY_UNCOMMITTED -> pending.fail(waiting, EtcdError.TOO_MANY_REQUESTS);
    }
  }

  /** A leader is known again; called on the raft loop. */
  void leaderElected() {
    proposeParked();
  }

  /** Time passed: answers who has waited too long. Called every 100 ms or so, by one thread. */
  void tick() {
    long now = nanoTime.getAsLong();
    lag.tick(node.status(), now);
    pending.forEach(
        waiting -> {
          if (now - waiting.startNanos() >= timeoutNanos) {
            pending.fail(waiting, leader.timeout(waiting.startNanos()));
          }
        });
    if (leader.hasLeader()) {
      proposeParked();
    } else {
      parked.removeIf(waiting -> pending.find(waiting.id()) == null);
    }
  }

  /** Answers everybody with {@code server stopped}; nobody is let in any more. */
  void stop() {
    stopped = true;
    pending.forEach(waiting -> pending.fail(waiting, EtcdError.STOPPED));
    parked.clear();
  }

  /** Takes only those parked now: one that is turned down again waits for the next time. */
  private void proposeParked() {
    for (int left = parked.size(); left > 0; left--) {
      Pending waiting = parked.poll();
      if (waiting == null) {
        return;
      }
      boolean stillWanted = pending.find(waiting.id()) != null;
      if (stillWanted && !node.propose(new Proposal(waiting.id(), waiting.data()))) {
        parked.add(waiting);
      }
    }
  }
}
