package io.kelson.server.auth;

import io.kelson.api.EtcdError;

/** Somebody may not do something, or cannot be asked for it. Carries no stack trace. */
public final class AuthException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final EtcdError error;

  public AuthException(EtcdError error) {
    super(error.text(), null, false, false);
    this.error = error;
  }

  /** What to answer. */
  public EtcdError error() {
    return error;
  }
}
