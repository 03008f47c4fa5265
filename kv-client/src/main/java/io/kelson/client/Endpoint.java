package io.kelson.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.Objects;
import java.util.function.Function;

/** One address of the cluster and its connection, made on first use. Thread-safe. */
final class Endpoint {
  private final int index;
  private final String name;
  private final Function<String, ManagedChannel> dial;
  private ManagedChannel channel;
  private boolean closed;

  Endpoint(int index, String name, Function<String, ManagedChannel> dial) {
    this.index = index;
    this.name = Objects.requireNonNull(name, "name");
    this.dial = dial;
  }

  int index() {
    return index;
  }

  /** As the caller wrote it. */
  String name() {
    return name;
  }

  /**
   * The connection, ready to be tried now.
   *
   * <p>A channel that failed waits up to minutes before it dials again and fails every call at once
   * meanwhile; we decide ourselves when to try an endpoint, so the wait is cut short here.
   */
  ManagedChannel channel() {
    ManagedChannel open = open();
    if (open.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      open.resetConnectBackoff();
    }
    return open;
  }

  private synchronized ManagedChannel open() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    if (channel == null) {
      channel = dial.apply(name);
    }
    return channel;
  }

  /** Cuts the connection; calls on it fail. Returns it for waiting, or null if there was none. */
  synchronized ManagedChannel close() {
    closed = true;
    if (channel != null) {
      channel.shutdownNow();
    }
    return channel;
  }
}
