package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The state machine under a simulated member: a few registers, kept one way or another. What it
 * promises is what {@code runtime.StateMachine} promises. An {@link IOException} is a fault that
 * was injected, and the member stops as in production.
 */
interface SimMachine {
  /** A state to be shipped. Immutable; each kind of machine makes its own and takes only those. */
  interface Snapshot {
    /** The last entry that it covers. */
    LogPosition position();

    /** Data of the newest configuration entry it covers; empty if there was none. */
    byte[] config();

    /** What {@link SimMachine#hash} is once it is installed. */
    long hash();
  }

  /** Position of the last entry whose effect is in the state. */
  LogPosition applied();

  /** Data of the newest configuration entry that was applied; empty if there was none. */
  byte[] config();

  /** Position up to which no crash takes anything back. */
  LogPosition durable();

  /**
   * Applies consecutive entries.
   *
   * @return the answer to each: the value it replaced, {@link Registers#REFUSED}, or 0
   */
  long[] apply(List<Entry> entries) throws IOException;

  /**
   * Makes everything applied so far durable.
   *
   * @return a position that {@link #durable()} has reached
   */
  LogPosition flush() throws IOException;

  /**
   * The member dies. Afterwards the machine is what a start would find: a state between the last
   * flush and the end, of which {@link #applied()} tells the truth.
   *
   * @param power whether the machine goes down with it
   */
  void crash(SplittableRandom random, boolean power);

  /** The state as of now, to be shipped. */
  Snapshot checkpoint() throws IOException;

  /** Puts a snapshot in the place of the state, durably and in one step. */
  void install(Snapshot snapshot) throws IOException;

  /** What a register holds. */
  long value(int register);

  /** A number that two states share only if the same entries made them. */
  long hash();

  /** The run is over; files can go. */
  default void close() {}
}
