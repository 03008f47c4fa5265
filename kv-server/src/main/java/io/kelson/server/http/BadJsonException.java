package io.kelson.server.http;

/** A client sent something that is not the JSON it should be; the message is for that client. */
final class BadJsonException extends Exception {
  private static final long serialVersionUID = 1L;

  BadJsonException(String message) {
    super(message);
  }
}
