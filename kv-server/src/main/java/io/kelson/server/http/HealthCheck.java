package io.kelson.server.http;

import java.util.function.Consumer;

/** Finds out whether this member can serve. */
@FunctionalInterface
public interface HealthCheck {
  /**
   * Checks without blocking.
   *
   * @param serializable whether it is enough that this member answers by itself; otherwise a
   *     linearizable read must succeed, which takes a leader and a quorum
   * @param done told once, on any thread: empty if healthy, otherwise the reason why not
   */
  void check(boolean serializable, Consumer<String> done);
}
