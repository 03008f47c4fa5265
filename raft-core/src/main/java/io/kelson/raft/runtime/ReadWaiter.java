package io.kelson.raft.runtime;

import io.kelson.raft.core.Rejection;

/**
 * Waits for a linearizable read to become possible. Exactly one method is called, once, on a node
 * thread: return at once.
 */
public interface ReadWaiter {
  /** The state machine has applied enough: what it holds from now on is fresh. */
  void ready();

  /** The read could not be confirmed; asking again is safe. */
  void failed(Rejection.Reason reason);
}
