package io.kelson.raft.runtime;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import java.util.List;

/**
 * What committed entries are applied to.
 *
 * <p>Only the apply thread calls {@link #apply}. The state may lose its newest part in a crash, as
 * long as {@link #applied()} tells the truth afterwards: entries from there on are handed out
 * again.
 */
public interface StateMachine {
  /** Position of the last entry whose effect is in the state; {@link LogPosition#ZERO} when new. */
  LogPosition applied();

  /**
   * Applies consecutive entries, the first one just after {@link #applied()}. On return readers see
   * their effect. The effect and the new {@link #applied()} become durable together or not at all;
   * they need not be durable yet.
   *
   * <p>An exception from here stops the node: a state machine that cannot apply an entry has
   * nothing left to say.
   *
   * @param entries of every type, without gaps; entries that are not commands only move the
   *     position
   */
  void apply(List<Entry> entries);

  /**
   * The node closes: a call of {@link #apply} that waits, because the disk has no room, ends with a
   * {@link StoppedWaitingException}, now and from here on. Any thread; never blocks.
   */
  default void stopWaiting() {}

  /** Data of the newest configuration entry that was applied; empty if there was none. */
  byte[] config();

  /**
   * Position up to which the state is on stable storage: what a crash cannot take back. The log is
   * never cut beyond. Any thread that may block.
   */
  LogPosition durable();

  /**
   * Makes everything applied so far durable. Any thread that may block.
   *
   * @return a position that {@link #durable()} has reached
   */
  LogPosition flush();

  /**
   * Nothing was applied for a while: makes what was applied durable if applying it once more, at
   * the next start, would take long. Any thread that may block.
   *
   * @return a position that {@link #durable()} has reached
   */
  LogPosition settle();

  /**
   * Puts a snapshot in the place of the state. On return readers see it, {@link #applied()} is the
   * snapshot's position, and a crash cannot undo it. Apply thread only; an exception stops the
   * node.
   */
  void install(ReceivedSnapshot snapshot);
}
