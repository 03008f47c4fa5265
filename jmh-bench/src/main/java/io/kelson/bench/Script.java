package io.kelson.bench;

import java.util.SplittableRandom;

/** What is asked of the server: operations of one unary call each, or of several in a row. */
public interface Script {
  /** Its name in results. */
  String name();

  /**
   * The first call of the next operation. Called by all event loops at once, each with its own
   * source of randomness.
   */
  Exchange<?, ?> begin(SplittableRandom random);

  /** Whether it makes the servers write; if not, nobody counts how often they sync. */
  default boolean writes() {
    return true;
  }
}
