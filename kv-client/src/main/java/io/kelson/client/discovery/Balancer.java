package io.kelson.client.discovery;

import java.util.Optional;

/** Chooses one instance of a service for each call. Thread-safe. */
public interface Balancer {
  /**
   * An instance, or none if there is none with a weight above 0. Close it when the call is over.
   */
  Optional<Pick> pick();

  /** An instance that was chosen, for one call. */
  interface Pick extends AutoCloseable {
    /** The instance. */
    Instance instance();

    /** The call is over. Idempotent. */
    @Override
    void close();
  }
}
