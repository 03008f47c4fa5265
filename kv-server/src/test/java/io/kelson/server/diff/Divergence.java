package io.kelson.server.diff;

/** The two sides do not agree; the message says on what. */
final class Divergence extends Exception {
  private static final long serialVersionUID = 1;

  Divergence(String message) {
    super(message);
  }

  Divergence(String message, Throwable cause) {
    super(message, cause);
  }
}
