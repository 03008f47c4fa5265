package io.kelson.raft.log;

import java.io.IOException;

/** Entries asked for are not in the log, or stopped being in it during the read. */
public final class EntriesUnavailableException extends IOException {
  private static final long serialVersionUID = 1;

  /** Where the entries are. */
  public enum Reason {
    /** Cut away behind a snapshot: whoever needs them needs the snapshot. */
    CUT,
    /** Past the end, or overwritten by another leader's entries during the read. */
    TRUNCATED
  }

  private final Reason reason;

  EntriesUnavailableException(Reason reason, long lo, long hi, String why) {
    super("entries [" + lo + ", " + hi + ") are not in the log: " + why);
    this.reason = reason;
  }

  /** Where the entries are. */
  public Reason reason() {
    return reason;
  }
}
