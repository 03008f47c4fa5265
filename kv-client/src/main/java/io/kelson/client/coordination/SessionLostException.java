package io.kelson.client.coordination;

/** The lease of a {@link Session} is lost, and with it everything that hung on it. */
public final class SessionLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SessionLostException(long leaseId) {
    super(
        "the session of lease "
            + Long.toHexString(leaseId)
            + " is lost: what it held is free, open a new one");
  }
}
