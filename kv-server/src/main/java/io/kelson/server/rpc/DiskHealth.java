package io.kelson.server.rpc;

/** Whether this member's disk is full, for all who ask how it is. Thread-safe; nothing blocks. */
public final class DiskHealth {
  private volatile boolean logFull;
  private volatile boolean storeFull;

  /** The log has no room for its next segment, or has it again. */
  public void logFull(boolean full) {
    logFull = full;
  }

  /** The store has no room, or has it again. */
  public void storeFull(boolean full) {
    storeFull = full;
  }

  /** Whether either lacks room. */
  public boolean isFull() {
    return logFull || storeFull;
  }

  /** What to tell, beginning with the word etcd has for it. */
  String reason() {
    String what = logFull && storeFull ? "log and store" : logFull ? "the log" : "the store";
    return "NOSPACE: no room on this member's disk for " + what;
  }
}
