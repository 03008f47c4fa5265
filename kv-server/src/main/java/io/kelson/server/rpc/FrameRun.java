package io.kelson.server.rpc;

import io.grpc.internal.ServerStream;
import io.grpc.internal.StatsTraceContext;
import io.grpc.netty.NettyTransportServers;

/**
 * Writes several small messages at once, each behind the five bytes that gRPC puts there.
 *
 * <p>gRPC's own framer makes a buffer of 4 KiB for small messages, and each such buffer is a write
 * of its own to Netty and to HTTP/2's flow control; those cost more than the messages in them. Only
 * for calls that do not compress, as none here does.
 */
final class FrameRun {
  /** What stands before each message: a flag for compression, and its length. */
  static final int PREFIX_BYTES = 5;

  private static final int SCRATCH_BYTES = 72 << 10;

  /** Event loops are few, and a run is copied out of it before anything else can happen. */
  private static final ThreadLocal<byte[]> SCRATCH =
      ThreadLocal.withInitial(() -> new byte[SCRATCH_BYTES]);

  private FrameRun() {}

  /** An array of this thread's, at least so long, to be copied out of before anything else. */
  static byte[] scratch(int bytes) {
    return bytes <= SCRATCH_BYTES ? SCRATCH.get() : new byte[bytes];
  }

  /** Writes them to a stream of Netty's; false if that is none, or they are too large for it. */
  static boolean maybeWrite(FramedMessages messages, ServerStream stream) {
    if (!NettyTransportServers.takesFrames(stream) || !fits(messages)) {
      return false;
    }
    byte[] scratch = SCRATCH.get();
    int end = 0;
    for (int i = 0; i < messages.count(); i++) {
      end = putPrefix(scratch, end, messages.size(i));
      end = messages.putInto(i, scratch, end);
    }
    // What gRPC's framer may still hold goes first.
    stream.flush();
    count(messages, stream.statsTraceContext());
    NettyTransportServers.writeFrames(stream, scratch, end, messages.count());
    return true;
  }

  private static boolean fits(FramedMessages messages) {
    long bytes = 0;
    for (int i = 0; i < messages.count(); i++) {
      bytes += PREFIX_BYTES + messages.size(i);
    }
    return bytes <= SCRATCH_BYTES;
  }

  /** Tells the counters what the framer would have told them. */
  private static void count(FramedMessages messages, StatsTraceContext counters) {
    for (int i = 0; i < messages.count(); i++) {
      int size = messages.size(i);
      counters.outboundMessage(i);
      counters.outboundMessageSent(i, size, size);
      counters.outboundUncompressedSize(size);
      counters.outboundWireSize(size);
    }
  }

  /** Not compressed, and the length: big-endian, as gRPC over HTTP/2 has it. */
  static int putPrefix(byte[] target, int offset, int length) {
    target[offset] = 0;
    target[offset + 1] = (byte) (length >>> 24);
    target[offset + 2] = (byte) (length >>> 16);
    target[offset + 3] = (byte) (length >>> 8);
    target[offset + 4] = (byte) length;
    return offset + PREFIX_BYTES;
  }
}
