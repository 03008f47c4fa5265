package io.kelson.raft.log;

import java.io.IOException;

/** The log is intact as far as is known, but it is not one that this member may use. */
public final class LogRefusedException extends IOException {
  private static final long serialVersionUID = 1;

  /** Why a log is refused. */
  public enum Reason {
    /** A newer version wrote it, in a format that this one does not know. */
    FORMAT,
    /** It belongs to another member or cluster. */
    OWNER,
    /** There is no log where there must be one. */
    MISSING
  }

  private final Reason reason;

  LogRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  static LogRefusedException missing(LogDirectory directory) {
    return new LogRefusedException(
        Reason.MISSING,
        directory.describe()
            + " holds no log, but this member has run before and may have voted; mount its disk, or"
            + " bring it back through its peers");
  }

  /** Why the log is refused. */
  public Reason reason() {
    return reason;
  }
}
