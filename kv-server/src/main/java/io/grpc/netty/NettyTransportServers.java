package io.grpc.netty;

import io.grpc.MetricRecorder;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.internal.InternalServer;
import io.grpc.internal.ServerStream;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Hands out what a {@link NettyServerBuilder} listens with, so that a server can be built around
 * it, reads the commands that its transport writes to connections, and writes messages that are
 * framed already.
 *
 * <p>It stands in gRPC's package because all this is visible only there; see
 * docs/decisions/0013-large-ranges.md and 0024-runs-of-watch-responses.md for what the first and
 * the last are needed for, and what happens without them.
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

  /** Whether {@link #writeFrames} can be called with that stream. */
  public static boolean takesFrames(ServerStream stream) {
    return stream instanceof NettyServerStream;
  }

  /**
   * Sends complete messages, each behind its header as gRPC over HTTP/2 has it; the caller has
   * flushed the stream before. The bytes are copied. They count for the stream's readiness as any.
   *
   * @param bytes the messages, from the beginning of the array
   * @param messages how many they are
   */
  public static void writeFrames(ServerStream stream, byte[] bytes, int length, int messages) {
    ByteBuf buffer = Utils.getByteBufAllocator(false).directBuffer(length, length);
    buffer.writeBytes(bytes, 0, length);
    ((NettyServerStream) stream)
        .deliverFrame(new NettyWritableBuffer(buffer), false, true, messages);
  }
}
