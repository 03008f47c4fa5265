package io.kelson.server.membership;

/** A member may not join, or found, its cluster; the message says why and is fit for a user. */
public final class JoinRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean hasRunBefore;

  JoinRefusedException(String message, boolean hasRunBefore, Throwable cause) {
    super(message, cause);
    this.hasRunBefore = hasRunBefore;
  }

  /** Whether the reason is that the member has lost its data, which a repair brings back. */
  public boolean hasRunBefore() {
    return hasRunBefore;
  }
}
