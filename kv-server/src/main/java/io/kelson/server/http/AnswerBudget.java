package io.kelson.server.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of large answers may be in memory at once, over all callers of the gateway.
 *
 * <p>An answer in JSON is there whole before it leaves, as message and as text, in some five times
 * the bytes it has in protobuf. So only a sixteenth of the heap is given out. Thread-safe.
 */
final class AnswerBudget {
  private static final int PART_OF_HEAP = 16;

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  AnswerBudget(long limit) {
    this.limit = limit;
  }

  static AnswerBudget ofHeap() {
    return new AnswerBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  /** Takes some, unless there are not enough left. */
  boolean maybeTake(long bytes) {
    if (taken.addAndGet(bytes) <= limit) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }

  long taken() {
    return taken.get();
  }
}
