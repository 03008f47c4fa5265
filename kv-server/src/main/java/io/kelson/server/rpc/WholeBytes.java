package io.kelson.server.rpc;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of answers may be in memory as a whole, waiting for their clients to take them.
 */
final class WholeBytes {
  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  WholeBytes(long limit) {
    this.limit = limit;
  }

  /** Takes some, unless there are not enough left. */
  boolean maybeTake(long bytes) {
    if (taken.addAndGet(bytes) <= limit) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  /** Gives back what was taken. */
  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }

  /** How many are out. */
  long taken() {
    return taken.get();
  }
}
