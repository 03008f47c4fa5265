package io.kelson.server.diff;

/** One thing done to both sides. It knows all that was drawn, so that it can be done again. */
@FunctionalInterface
interface Step {
  /** Does it and compares the answers. */
  void run(Session session) throws Divergence, InterruptedException;
}
