package io.kelson.server.rpc;

import io.kelson.raft.core.Proposal;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.raft.runtime.ReadWaiter;

/** What the doors need of consensus. Thread-safe; nothing here blocks. */
public interface ConsensusNode {
  /**
   * Hands a command in. Whether it got anywhere shows when it is applied, or when it is rejected.
   *
   * @return false if too much is waiting already; then nothing was handed in
   */
  boolean propose(Proposal proposal);

  /**
   * Asks for a moment from which local reads are linearizable.
   *
   * @return false if too much is waiting already; then the waiter will not hear anything
   */
  boolean read(ReadWaiter waiter);

  /** Where this member stands. */
  RaftStatus status();
}
