package io.kelson.chaos.nemesis;

import java.time.Duration;
import java.util.Optional;

/** A fault that is going on. */
public interface Strike {
  /** What is done to whom, such as {@code member 2, the leader, is cut off}. */
  String what();

  /** How long it should last. */
  Duration lasting();

  /**
   * Undoes it. After this the cluster can become healthy without help; members that should run have
   * been started.
   *
   * @return what shows that it took effect, such as {@code leader 2 -> 0, term 3 -> 4}; empty if
   *     nothing does, and then it does not count
   */
  Optional<String> end() throws InterruptedException;
}
