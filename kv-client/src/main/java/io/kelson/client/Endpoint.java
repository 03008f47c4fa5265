package io.kelson.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One address of the cluster and its connection, made on first use. Thread-safe. */
final class Endpoint {
  /** How long a failure counts against an endpoint when there are others to choose from. */
  private static final long SHUNNED_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String name;
  private final Function<String, ManagedChannel> dial;
  private volatile boolean failed;
  private volatile long failedAtNanos;
  private ManagedChannel channel;
  private boolean closed;

  Endpoint(String name, Function<String, ManagedChannel> dial) {
    this.name = Objects.requireNonNull(name, "name");
    this.dial = dial;
  }

  /** As the caller wrote it, or the member told it. */
  String name() {
    return name;
  }

  /** Whether it has not failed lately. */
  boolean healthy() {
    return !failed || System.nanoTime() - failedAtNanos > SHUNNED_NANOS;
  }

  void noteFailure() {
    failedAtNanos = System.nanoTime();
    failed = true;
  }

  void noteSuccess() {
    if (failed) {
      failed = false;
    }
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

  /** Takes no more calls, but lets those under way end by themselves. */
  synchronized void retire() {
    if (channel != null) {
      channel.shutdown();
    }
  }

  /** Whether there is a connection left to close. */
  synchronized boolean connected() {
    return channel != null && !channel.isTerminated();
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
