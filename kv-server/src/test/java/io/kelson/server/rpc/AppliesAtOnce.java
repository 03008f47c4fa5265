package io.kelson.server.rpc;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Role;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.raft.runtime.ReadWaiter;
import io.kelson.raft.runtime.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Consensus of one that commits and applies on the spot, unless it is told to hold back. */
final class AppliesAtOnce implements ConsensusNode {
  static final long TERM = 5;

  private final long self;
  private final List<ReadWaiter> held = new ArrayList<>();
  private StateMachine machine;
  private boolean silent;
  private boolean behind;
  private CompletableFuture<Void> firstHeld;

  AppliesAtOnce(long self) {
    this.self = self;
  }

  void machine(StateMachine value) {
    machine = value;
  }

  /** From now on nothing proposed or asked is ever heard of again. */
  synchronized void fallSilent() {
    silent = true;
  }

  /**
   * From now on this member does not know whether it has applied what is committed.
   *
   * @return complete when the first read waits for that
   */
  synchronized CompletableFuture<Void> fallBehind() {
    behind = true;
    firstHeld = new CompletableFuture<>();
    return firstHeld;
  }

  /** How many reads wait for that. */
  synchronized int waiting() {
    return held.size();
  }

  /** It has. */
  synchronized void catchUp() {
    behind = false;
    held.forEach(ReadWaiter::ready);
    held.clear();
  }

  /** What others have agreed on comes to be applied here. */
  synchronized void apply(byte[] request) {
    long index = machine.applied().index() + 1;
    machine.apply(List.of(new Entry(TERM, index, EntryType.NORMAL, request)));
  }

  @Override
  public synchronized boolean propose(Proposal proposal) {
    if (!silent) {
      apply(proposal.data());
    }
    return true;
  }

  @Override
  public synchronized boolean read(ReadWaiter waiter) {
    if (behind) {
      held.add(waiter);
      firstHeld.complete(null);
    } else if (!silent) {
      waiter.ready();
    }
    return true;
  }

  @Override
  public synchronized RaftStatus status() {
    long index = machine.applied().index();
    Role role = silent ? Role.FOLLOWER : Role.LEADER;
    return new RaftStatus(self, role, TERM, silent ? 0 : self, index, index, index, index);
  }
}
