package io.kelson.chaos.run;

/** A command line that makes no sense; the message names the value and the remedy. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
