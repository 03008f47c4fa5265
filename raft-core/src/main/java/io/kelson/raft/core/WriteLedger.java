package io.kelson.raft.core;

import java.util.ArrayDeque;

/**
 * The writes the disk has been asked for and has not yet finished, oldest first.
 *
 * <p>Completions name a write, never a log position. Suppose a follower writes 1/5, then a new
 * leader has it replaced by 2/5, then a third one replaces that by the very same 1/5 again: the
 * first write's completion says nothing of the third's, though both are of 1/5. So a write that
 * cuts the log takes back what earlier ones would have made durable beyond the cut.
 */
final class WriteLedger {
  private static final class Write {
    final long number;
    long last;

    Write(long number, long last) {
      this.number = number;
      this.last = last;
    }
  }

  private final ArrayDeque<Write> outstanding = new ArrayDeque<>();
  private long issued;
  private long finished;
  private long newestPromise;

  /** The number that the next write will get. */
  long next() {
    return issued + 1;
  }

  boolean isFinished(long number) {
    return number <= finished;
  }

  /** Whether every term and vote handed to the disk has reached it. */
  boolean promisesFinished() {
    return newestPromise <= finished;
  }

  boolean isIdle() {
    return issued == finished;
  }

  /**
   * Notes a write.
   *
   * @param last index up to which the disk holds the log once it is finished
   * @param promise whether it carries a new term or vote
   * @return its number
   */
  long issue(long last, boolean promise) {
    issued++;
    outstanding.add(new Write(issued, last));
    if (promise) {
      newestPromise = issued;
    }
    return issued;
  }

  /** Notes that the log was cut back to an index: what was being written beyond it is void. */
  void truncateAfter(long index) {
    for (Write write : outstanding) {
      write.last = Math.min(write.last, index);
    }
  }

  /**
   * Notes that a write and all earlier ones are finished.
   *
   * @return index up to which the log is durable by them, 0 if this is old news
   */
  long finish(long number) {
    if (number > issued) {
      throw new InvariantViolation(
          "write " + number + " is said to be finished, but only " + issued + " were issued");
    }
    long last = 0;
    while (!outstanding.isEmpty() && outstanding.peek().number <= number) {
      last = outstanding.poll().last;
    }
    finished = Math.max(finished, number);
    return last;
  }
}
