package io.kelson.client;

/** The revision asked for is gone: it was compacted away. */
public final class CompactedException extends EtcdException {
  private static final long serialVersionUID = 1L;

  private final long compactRevision;

  CompactedException(String text, long compactRevision, Header header, Throwable cause) {
    super(ErrorCode.OUT_OF_RANGE, text, header, cause);
    this.compactRevision = compactRevision;
  }

  /**
   * The oldest revision that can still be read; 0 when the server did not say (it does so only to
   * watches).
   */
  public long compactRevision() {
    return compactRevision;
  }
}
