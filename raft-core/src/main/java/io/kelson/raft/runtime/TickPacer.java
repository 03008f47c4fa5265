package io.kelson.raft.runtime;

/**
 * Says when a tick is due: one at a time, and never two closer together than the tick interval.
 *
 * <p>After a pause there is one tick, however long it was: time that the loop did not have must not
 * count against the leader, whose messages may be waiting in the mailbox. Nor is a late tick made
 * up for by an early one, since a member that promises something for a number of ticks would be
 * free too soon (decision 0009). So ticks fall behind the clock a little, which makes timeouts
 * longer, never shorter.
 */
final class TickPacer {
  private final long intervalNanos;

  /** Written by whoever has the turn, read by the loop that waits for it. */
  private volatile long dueNanos;

  TickPacer(long intervalNanos, long nowNanos) {
    this.intervalNanos = intervalNanos;
    this.dueNanos = nowNanos + intervalNanos;
  }

  /** How long to wait for the next tick; not positive if it is due. */
  long nanosUntilDue(long nowNanos) {
    return dueNanos - nowNanos;
  }

  /** Takes the tick if it is due; the caller makes it, with this reading of the clock. */
  boolean maybeTake(long nowNanos) {
    if (nowNanos - dueNanos < 0) {
      return false;
    }
    dueNanos = nowNanos + intervalNanos;
    return true;
  }
}
