package io.kelson.server.repair;

/** A repair cannot be begun or go on; the message says why, and what to do, and is for a user. */
final class RepairException extends Exception {
  private static final long serialVersionUID = 1L;

  RepairException(String message) {
    super(message);
  }

  RepairException(String message, Throwable cause) {
    super(message, cause);
  }
}
