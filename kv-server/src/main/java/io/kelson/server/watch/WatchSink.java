package io.kelson.server.watch;

import io.grpc.Status;
import io.kelson.api.WatchResponse;

/**
 * Where a stream's responses go: the client's end of a connection.
 *
 * <p>{@link #send} and {@link #complete} are called by one task at a time on the executor given to
 * {@link WatchHub#open}. Whoever implements this calls {@link WatchStream#onReady} when {@link
 * #isReady} turns from false to true.
 */
public interface WatchSink {
  /** Whether a response handed over now would be passed on without piling up. Thread-safe. */
  boolean isReady();

  /** Sends one response; only called when ready. */
  void send(WatchResponse response);

  /** Ends the stream; the last call. May be called when not ready. */
  void complete(Status status);

  /** The stream can take one more request from its client. Thread-safe. */
  void requestNext();
}
