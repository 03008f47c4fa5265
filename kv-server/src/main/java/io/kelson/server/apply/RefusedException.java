package io.kelson.server.apply;

import io.kelson.api.EtcdError;

/** A request is refused; it has changed nothing. Carries no stack trace. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final EtcdError error;

  RefusedException(EtcdError error) {
    super(error.text(), null, false, false);
    this.error = error;
  }

  EtcdError error() {
    return error;
  }
}
