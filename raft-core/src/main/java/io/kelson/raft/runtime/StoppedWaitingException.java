package io.kelson.raft.runtime;

/**
 * A state machine was told to {@link StateMachine#stopWaiting} while it waited for room on its
 * disk. Nothing of the entries at hand has been applied; the log hands them out again after the
 * next start.
 */
public final class StoppedWaitingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What was waited for. */
  public StoppedWaitingException(String message) {
    super(message);
  }
}
