package io.kelson.server;

/** A member could not be started; the message names what stood in the way and the remedy. */
public final class StartFailure extends Exception {
  private static final long serialVersionUID = 1L;

  StartFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
