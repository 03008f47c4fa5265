package io.kelson.chaos.cluster;

import java.util.OptionalLong;

/** A cluster whose members are processes of this machine; may be asked from any thread. */
public interface Processes {
  /** A member's process id; empty if it does not run. */
  OptionalLong pid(int member);

  /**
   * The state its process is in, as the kernel names it: {@code T} for a stopped one, {@code -} if
   * there is none.
   */
  char state(int member);
}
