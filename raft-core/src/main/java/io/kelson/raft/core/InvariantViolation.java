package io.kelson.raft.core;

/**
 * Something that the algorithm makes impossible has happened: a bug, or a disk that forgot.
 *
 * <p>The member must stop before it writes or sends anything more. The message holds all that the
 * core knew.
 */
public final class InvariantViolation extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  InvariantViolation(String message) {
    super(message);
  }

  InvariantViolation(String message, Throwable cause) {
    super(message, cause);
  }
}
