package io.kelson.server.discovery;

import java.io.IOException;

/** DNS does not say who the members are; the message names what was asked and the remedy. */
public final class DiscoveryException extends IOException {
  private static final long serialVersionUID = 1L;

  DiscoveryException(String message, Throwable cause) {
    super(message, cause);
  }
}
