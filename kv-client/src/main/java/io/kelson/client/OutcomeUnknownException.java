package io.kelson.client;

/**
 * A write was sent and no answer settles whether it happened: it may have, it may still, or not.
 *
 * <p>The client never repeats such a write. Read back what matters, or write with a {@link Compare}
 * so that a repetition does no harm.
 */
public final class OutcomeUnknownException extends EtcdException {
  private static final long serialVersionUID = 1L;

  OutcomeUnknownException(ErrorCode code, String text, Throwable cause) {
    super(code, text, cause);
  }
}
