package io.kelson.server.cluster;

import java.io.IOException;

/** A data directory cannot be used; the message names it and the remedy and is fit for a user. */
public final class DataDirectoryException extends IOException {
  private static final long serialVersionUID = 1L;

  DataDirectoryException(String message) {
    super(message);
  }

  DataDirectoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
