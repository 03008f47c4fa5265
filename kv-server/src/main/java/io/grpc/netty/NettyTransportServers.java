package io.grpc.netty;

import io.grpc.MetricRecorder;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.internal.InternalServer;
import java.util.List;

/**
 * Hands out what a {@link NettyServerBuilder} listens with, so that a server can be built around
 * it, and reads the commands that its transport writes to connections.
 *
 * <p>It stands in gRPC's package because both are visible only there; see
 * docs/decisions/0013-large-ranges.md for what the first is needed for, and what happens without
 * it.
 */
public final class NettyTransportServers {
  private NettyTransportServers() {}

  /** What a transport wants of a connection. */
  public enum Command {
    /** It was no command. */
    NONE,
    /** The end, because no HTTP/2 was spoken in time. */
    HANDSHAKE_TOO_SLOW,
    /** The end. */
    CLOSE
  }

  /** What the builder would listen with. */
  public static InternalServer of(
      NettyServerBuilder builder,
      List<? extends ServerStreamTracer.Factory> tracers,
      MetricRecorder metrics) {
    return builder.buildTransportServers(tracers, metrics);
  }

  /** The command in something that was written to a connection. */
  public static Command commandIn(Object message) {
    if (message instanceof ForcefulCloseCommand close) {
      // A server that stops says UNAVAILABLE; its handshake timer says CANCELLED.
      return close.getStatus().getCode() == Status.Code.CANCELLED
          ? Command.HANDSHAKE_TOO_SLOW
          : Command.CLOSE;
    }
    return message instanceof WriteQueue.QueuedCommand ? Command.CLOSE : Command.NONE;
  }
}
