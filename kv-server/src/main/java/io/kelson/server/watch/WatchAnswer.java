package io.kelson.server.watch;

import io.kelson.api.WatchResponse;
import java.io.IOException;
import java.io.OutputStream;

/** One response of a stream on its way out, as a message or as the bytes of one. Immutable. */
public interface WatchAnswer {
  /** The response; made anew where it was not one before. */
  WatchResponse message();

  /** How many bytes it has on the wire. */
  int size();

  /** Writes exactly these bytes. */
  void writeTo(OutputStream out) throws IOException;

  /**
   * Writes exactly these bytes into an array.
   *
   * @return the offset behind them
   */
  int putInto(byte[] target, int offset);
}
