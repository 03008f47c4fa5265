package io.kelson.client;

import io.grpc.CallOptions;
import io.kelson.api.WatchGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The streams that a client's watches share: one for each endpoint in use, and one more while
 * watches accepted with a former token live on.
 *
 * <p>A stream opens with its first watch and closes with its last. Thread-safe.
 */
final class WatchStreams {
  private final Endpoints endpoints;
  private final ScheduledExecutorService timer;
  private final Executor callbacks;
  private final Tokens tokens;
  private final Backoff backoff;
  private final List<WatchStream> open = new ArrayList<>();

  /**
   * @param timer for waits before a watch is resumed
   * @param callbacks where listeners run
   */
  WatchStreams(
      Endpoints endpoints, ScheduledExecutorService timer, Executor callbacks, UnaryCalls calls) {
    this.endpoints = endpoints;
    this.timer = timer;
    this.callbacks = callbacks;
    this.tokens = calls.tokens();
    this.backoff = calls.backoff();
  }

  Endpoints endpoints() {
    return endpoints;
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  Executor callbacks() {
    return callbacks;
  }

  Tokens tokens() {
    return tokens;
  }

  Backoff backoff() {
    return backoff;
  }

  /**
   * Asks the current endpoint for a watch.
   *
   * @throws IllegalStateException when the client is closed
   */
  WatchStream.Seat join(
      WatchSession session, String token, WatchOptions options, long startRevision) {
    while (true) {
      WatchStream stream = stream(endpoints.current(), token);
      WatchStream.Seat seat = stream.join(session, options, startRevision);
      if (seat != null) {
        return seat;
      }
      // Its last watch has just left it, or it broke.
      forget(stream);
    }
  }

  private synchronized WatchStream stream(Endpoint endpoint, String token) {
    for (WatchStream stream : open) {
      if (stream.isAt(endpoint, token)) {
        return stream;
      }
    }
    WatchStream opened =
        new WatchStream(
            this,
            endpoint,
            token,
            endpoint.channel().newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT));
    open.add(opened);
    return opened;
  }

  synchronized void forget(WatchStream stream) {
    open.remove(stream);
  }
}
