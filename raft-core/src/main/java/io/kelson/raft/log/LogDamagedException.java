package io.kelson.raft.log;

import java.io.IOException;

/**
 * The log on disk is not what was written, at a place that had been made durable: no crash explains
 * it, and what is missing may have been acknowledged.
 *
 * <p>A member that started on what is left would vote and acknowledge as if it had never promised
 * the rest. So the log is refused; the member comes back through its peers.
 */
public final class LogDamagedException extends IOException {
  private static final long serialVersionUID = 1;

  private final String file;
  private final long offset;
  private final String problem;

  /**
   * @param file the damaged or missing file
   * @param offset where in it, in bytes
   * @param problem what was expected there and what was found
   */
  LogDamagedException(String file, long offset, String problem) {
    super(
        file
            + ", offset "
            + offset
            + ": "
            + problem
            + ". The log is damaged where it had been durable; starting without that part could lose"
            + " acknowledged writes. Do not edit or delete segments: the member comes back through"
            + " its peers");
    this.file = file;
    this.offset = offset;
    this.problem = problem;
  }

  /** The damaged or missing file. */
  public String file() {
    return file;
  }

  /** Where in the file the damage begins, in bytes. */
  public long offset() {
    return offset;
  }

  /** What was expected there and what was found. */
  public String problem() {
    return problem;
  }
}
