package io.kelson.client;

/** The server ended a watch, for a reason that trying again would not change. */
public final class WatchCanceledException extends EtcdException {
  private static final long serialVersionUID = 1L;

  WatchCanceledException(String reason, Header header) {
    super(ErrorCode.CANCELLED, reason, header, null);
  }
}
