package io.grpc.netty;

import io.grpc.MetricRecorder;
import io.grpc.ServerStreamTracer;
import io.grpc.internal.InternalServer;
import java.util.List;

/**
 * Hands out what a {@link NettyServerBuilder} listens with, so that a server can be built around
 * it.
 *
 * <p>It stands in gRPC's package because the method is visible only there; see
 * docs/decisions/0013-large-ranges.md for what it is needed for, and what happens without it.
 */
public final class NettyTransportServers {
  private NettyTransportServers() {}

  /** What the builder would listen with. */
  public static InternalServer of(
      NettyServerBuilder builder,
      List<? extends ServerStreamTracer.Factory> tracers,
      MetricRecorder metrics) {
    return builder.buildTransportServers(tracers, metrics);
  }
}
