package io.kelson.server.tls;

import java.io.IOException;

/** Certificates, keys or lists that cannot be used; the message names the file and the remedy. */
public final class TlsException extends IOException {
  private static final long serialVersionUID = 1L;

  TlsException(String message) {
    super(message);
  }

  TlsException(String message, Throwable cause) {
    super(message, cause);
  }
}
