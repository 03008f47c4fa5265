package io.kelson.raft.transport;

/** The other side sent what the peer protocol does not allow; the connection it came on ends. */
public final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1L;

  ProtocolException(String message) {
    super(message);
  }

  ProtocolException(String message, Throwable cause) {
    super(message, cause);
  }
}
