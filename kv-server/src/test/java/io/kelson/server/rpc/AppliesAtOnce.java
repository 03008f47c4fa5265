package io.kelson.server.rpc;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Role;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.raft.runtime.ReadWaiter;
import io.kelson.raft.runtime.StateMachine;
import java.util.List;

/** Consensus of one that commits and applies on the spot, unless it is told to hold back. */
final class AppliesAtOnce implements ConsensusNode {
  static final long TERM = 5;

  private final long self;
  private StateMachine machine;
  private boolean silent;

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

  @Override
  public synchronized boolean propose(Proposal proposal) {
    if (!silent) {
      long index = machine.applied().index() + 1;
      machine.apply(List.of(new Entry(TERM, index, EntryType.NORMAL, proposal.data())));
    }
    return true;
  }

  @Override
  public synchronized boolean read(ReadWaiter waiter) {
    if (!silent) {
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
