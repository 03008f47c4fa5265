package io.kelson.raft.transport;

import java.io.IOException;

/** The two members do not belong together: trying again will not help. */
public final class StreamRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  StreamRefusedException(String reason) {
    super(reason);
  }
}
