package io.kelson.raft.core;

/** What a log entry carries. The number is what the disk and the wire hold. */
public enum EntryType {
  /** A command for the state machine. */
  NORMAL(0),
  /**
   * Nothing: a new leader's first entry, which lets it commit what came before (Raft paper, section
   * 5.4.2 and 8).
   */
  NOOP(1),
  /** A cluster configuration (see {@code io.kelson.raft.membership}). */
  CONFIG(2);

  private final int number;

  EntryType(int number) {
    this.number = number;
  }

  /** The number that the disk and the wire hold. */
  public int number() {
    return number;
  }

  /**
   * The type behind a number read from disk or wire.
   *
   * @throws IllegalArgumentException when this version knows no such type
   */
  public static EntryType of(int number) {
    return switch (number) {
      case 0 -> NORMAL;
      case 1 -> NOOP;
      case 2 -> CONFIG;
      default -> throw new IllegalArgumentException("unknown log entry type " + number);
    };
  }
}
