package io.kelson.server.backup;

import java.io.IOException;

/** A file is no backup that can be used; the message names it and the remedy, and is for a user. */
public final class BackupException extends IOException {
  private static final long serialVersionUID = 1L;

  BackupException(String message) {
    super(message);
  }

  BackupException(String message, Throwable cause) {
    super(message, cause);
  }
}
