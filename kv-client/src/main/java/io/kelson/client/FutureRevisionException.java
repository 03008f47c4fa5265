package io.kelson.client;

/** The revision asked for does not exist yet. */
public final class FutureRevisionException extends EtcdException {
  private static final long serialVersionUID = 1L;

  FutureRevisionException(String text, Throwable cause) {
    super(ErrorCode.OUT_OF_RANGE, text, cause);
  }
}
