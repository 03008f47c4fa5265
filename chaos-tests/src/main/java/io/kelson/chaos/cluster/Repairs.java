package io.kelson.chaos.cluster;

import java.time.Duration;

/** A cluster whose members can be put right after their files were damaged. */
public interface Repairs {
  /**
   * Starts a member whose files are damaged, and waits for it to refuse them.
   *
   * @return whether it ended within the bound, with an error; if not it runs
   */
  boolean refusesItsFiles(int member, Duration bound);

  /**
   * Gives a member that does not run a fresh start among the others; it is not started.
   *
   * @param through a member that runs
   * @return what the command printed
   * @throws IllegalStateException with the same, if it failed
   */
  String repair(int member, int through);
}
