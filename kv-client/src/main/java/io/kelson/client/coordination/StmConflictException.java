package io.kelson.client.coordination;

/** A transaction met others in its way at every attempt: nothing was changed. */
public final class StmConflictException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StmConflictException(int attempts) {
    super("others changed what was read at each of " + attempts + " attempts; allow more, or wait");
  }
}
