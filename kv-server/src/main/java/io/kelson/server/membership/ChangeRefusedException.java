package io.kelson.server.membership;

import io.kelson.api.EtcdError;

/** A change of members is not allowed as things stand. Carries no stack trace worth reading. */
final class ChangeRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final EtcdError error;

  ChangeRefusedException(EtcdError error) {
    super(error.text(), null, false, false);
    this.error = error;
  }

  EtcdError error() {
    return error;
  }
}
