package io.kelson.server.watch;

import io.grpc.Status;
import io.kelson.api.WatchResponse;
import java.util.List;

/**
 * Where a stream's responses go: the client's end of a connection.
 *
 * <p>{@link #sendRun} and {@link #complete} are called by one task at a time on the executor given
 * to {@link WatchHub#open}. Whoever implements this calls {@link WatchStream#onReady} when {@link
 * #isReady} turns from false to true.
 */
public interface WatchSink {
  /** Whether a response handed over now would be passed on without piling up. Thread-safe. */
  boolean isReady();

  /** Sends one response; called by {@link #sendRun} alone. */
  void send(WatchResponse response);

  /**
   * How many bytes of responses it likes to be given at a time; 0, the default, for one response at
   * a time. The last response of a run may exceed it.
   */
  default int runBytes() {
    return 0;
  }

  /** Sends some responses in their order, at least one; only called when ready. */
  default void sendRun(List<WatchAnswer> run) {
    run.forEach(answer -> send(answer.message()));
  }

  /** Ends the stream; the last call. May be called when not ready. */
  void complete(Status status);

  /** The stream can take one more request from its client. Thread-safe. */
  void requestNext();
}
