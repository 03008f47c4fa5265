package io.kelson.server.rpc;

import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Role;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.raft.runtime.ReadWaiter;
import io.kelson.server.proto.InternalRequest;
import java.util.ArrayList;
import java.util.List;

/** Consensus that does what a test tells it; remembers what it was asked. */
final class FakeNode implements ConsensusNode {
  static final long SELF = 0xa1;

  final List<Proposal> proposals = new ArrayList<>();
  final List<ReadWaiter> reads = new ArrayList<>();
  boolean full;
  volatile RaftStatus status = status(SELF, 7, 100, 100);

  static RaftStatus status(long leader, long term, long commit, long applied) {
    Role role = leader == SELF ? Role.LEADER : Role.FOLLOWER;
    return new RaftStatus(SELF, role, term, leader, commit, commit, commit, applied);
  }

  @Override
  public synchronized boolean propose(Proposal proposal) {
    if (!full) {
      proposals.add(proposal);
    }
    return !full;
  }

  @Override
  public synchronized boolean read(ReadWaiter waiter) {
    if (!full) {
      reads.add(waiter);
    }
    return !full;
  }

  @Override
  public RaftStatus status() {
    return status;
  }

  InternalRequest proposed(int index) {
    try {
      return InternalRequest.parseFrom(proposals.get(index).data());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError("what was proposed is no request", e);
    }
  }
}
