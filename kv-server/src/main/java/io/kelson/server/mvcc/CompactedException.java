package io.kelson.server.mvcc;

/** The revision asked for was compacted away. */
public final class CompactedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long compactRevision;

  /**
   * @param compactRevision oldest revision that can still be read
   */
  public CompactedException(long compactRevision) {
    super("revisions before " + compactRevision + " have been compacted", null, false, false);
    this.compactRevision = compactRevision;
  }

  /** Oldest revision that can still be read. */
  public long compactRevision() {
    return compactRevision;
  }
}
