package io.kelson.server;

import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Role;
import io.kelson.raft.membership.ConfigurationChange;
import io.kelson.raft.runtime.RaftNode;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.raft.runtime.ReadWaiter;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.server.membership.MemberChanges;
import io.kelson.server.rpc.ConsensusNode;
import java.util.concurrent.CompletableFuture;

/**
 * The node as the doors see it. The doors are built first, because the node reports to them; until
 * the node is there, nothing gets in.
 */
final class ConsensusHandle implements ConsensusNode, MemberChanges.Consensus {
  private final RaftStatus before;
  private volatile RaftNode node;
  private volatile boolean storeFull;

  ConsensusHandle(long self) {
    before = new RaftStatus(self, Role.FOLLOWER, 0, 0, 0, 0, 0, 0);
  }

  void set(RaftNode started) {
    node = started;
    if (storeFull) {
      started.stateMachineFull(true);
    }
  }

  @Override
  public boolean propose(Proposal proposal) {
    RaftNode current = node;
    return current != null && current.propose(proposal);
  }

  @Override
  public boolean read(ReadWaiter waiter) {
    RaftNode current = node;
    return current != null && current.read(waiter);
  }

  @Override
  public void changeConfiguration(long id, ConfigurationChange target, byte[] context) {
    RaftNode current = node;
    if (current != null) {
      current.changeConfiguration(id, target, context);
    }
  }

  /** The store's disk is full, or has room again; see {@link RaftNode#stateMachineFull}. */
  void storeFull(boolean full) {
    storeFull = full;
    RaftNode current = node;
    if (current != null) {
      current.stateMachineFull(full);
    }
  }

  /** Asks for another leader; see {@link RaftNode#transferLeadership}. */
  void transferLeadership(long target) {
    RaftNode current = node;
    if (current != null) {
      current.transferLeadership(target);
    }
  }

  /** Hands a received snapshot to the node; see {@link RaftNode#install}. */
  CompletableFuture<Void> install(ReceivedSnapshot snapshot) {
    RaftNode current = node;
    return current == null
        ? CompletableFuture.failedFuture(new IllegalStateException("this member is starting"))
        : current.install(snapshot);
  }

  @Override
  public RaftStatus status() {
    RaftNode current = node;
    return current == null ? before : current.status();
  }
}
