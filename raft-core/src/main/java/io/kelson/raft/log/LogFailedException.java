package io.kelson.raft.log;

import java.io.IOException;

/**
 * The log failed earlier and takes nothing more; the cause is what failed first.
 *
 * <p>After a failed write or sync nobody knows what the disk holds, and a second attempt may report
 * success for bytes that are gone. Only a restart, which reads everything again, can tell.
 */
public final class LogFailedException extends IOException {
  private static final long serialVersionUID = 1;

  LogFailedException(Throwable cause) {
    super(
        "the log failed and takes nothing more; fix the disk and restart the member ("
            + cause
            + ")",
        cause);
  }
}
