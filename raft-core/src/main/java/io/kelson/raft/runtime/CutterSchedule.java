package io.kelson.raft.runtime;

import java.util.function.LongUnaryOperator;

/**
 * When a node has its log cut and its state made durable, counted in ticks. Whoever steps the core
 * calls it.
 */
final class CutterSchedule {
  private static final int TICKS_BETWEEN_CUTS = 10;
  private static final int TICKS_BETWEEN_FLUSHES = 100;

  /** Two seconds of the default: longer than the pauses of a client that waits for answers. */
  static final int QUIET_TICKS = 20;

  private final Work work;
  private final long entriesWorthCutting;
  private final LongUnaryOperator mayCutTo;
  private long ticks;
  private long lastFlushTick;
  private long lastApplied;
  private long lastAppliedTick;

  /** What is done, on a thread that may wait for the disk. */
  interface Work {
    /**
     * Looks how far the log could be cut.
     *
     * @param appliedIndex what the state machine has applied
     * @param limit beyond this it must not be cut in any case
     * @param mayFlush whether it is worth making it durable first
     */
    void consider(long appliedIndex, long limit, boolean mayFlush);

    /** Nothing was applied for a while: has the state made durable if that is worth it. */
    void settle();
  }

  /**
   * @param entriesWorthCutting how many applied entries the log holds before it is worth cutting
   * @param mayCutTo given the applied index, the one beyond which the log must not be cut
   */
  CutterSchedule(Work work, long entriesWorthCutting, LongUnaryOperator mayCutTo) {
    this.work = work;
    this.entriesWorthCutting = entriesWorthCutting;
    this.mayCutTo = mayCutTo;
  }

  /**
   * A tick has passed.
   *
   * @param appliedIndex of the last entry that was applied
   * @param baseIndex the log begins after it
   */
  void tick(long appliedIndex, long baseIndex) {
    ticks++;
    settle(appliedIndex);
    if (ticks % TICKS_BETWEEN_CUTS != 0 || appliedIndex - baseIndex < entriesWorthCutting) {
      return;
    }
    boolean mayFlush = ticks - lastFlushTick >= TICKS_BETWEEN_FLUSHES;
    if (mayFlush) {
      lastFlushTick = ticks;
    }
    work.consider(appliedIndex, mayCutTo.applyAsLong(appliedIndex), mayFlush);
  }

  /**
   * Once for each time that it falls quiet: what is durable then is not applied again at a start.
   */
  private void settle(long appliedIndex) {
    if (appliedIndex != lastApplied) {
      lastApplied = appliedIndex;
      lastAppliedTick = ticks;
    } else if (ticks - lastAppliedTick == QUIET_TICKS) {
      work.settle();
    }
  }
}
