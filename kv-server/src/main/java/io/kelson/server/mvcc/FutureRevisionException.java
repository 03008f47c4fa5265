package io.kelson.server.mvcc;

/** The revision asked for has not happened yet. */
public final class FutureRevisionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param wanted the revision asked for
   * @param current the newest one there is
   */
  public FutureRevisionException(long wanted, long current) {
    super("revision " + wanted + " is newer than the newest, " + current, null, false, false);
  }
}
