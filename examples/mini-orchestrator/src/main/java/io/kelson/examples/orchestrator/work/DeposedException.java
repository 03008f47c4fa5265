package io.kelson.examples.orchestrator.work;

/** Somebody acted as a leader who no longer is one; nothing was changed. */
public final class DeposedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DeposedException(String key) {
    super("the office of " + key + " is no longer held: campaign again");
  }
}
