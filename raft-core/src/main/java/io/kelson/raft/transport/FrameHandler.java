package io.kelson.raft.transport;

import io.kelson.raft.transport.proto.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * One end of a connection: cuts the stream into frames and hands each to {@link #frameBytes}.
 *
 * <p>A length is judged before anything is set aside for it, and buffers grow only with what has
 * arrived. Until the other side has said who it is, only short frames are read.
 */
abstract class FrameHandler extends ByteToMessageDecoder {
  /** How a TLS connection begins: a handshake record, and the major version. */
  private static final int TLS_HANDSHAKE = 0x1603;

  private final long handshakeTimeoutMillis;
  private int maxFrameBytes = Handshake.MAX_FRAME_BYTES;
  private boolean introduced;
  private boolean finished;
  private String endReason;
  private SocketAddress remote;

  FrameHandler(long handshakeTimeoutMillis) {
    this.handshakeTimeoutMillis = handshakeTimeoutMillis;
  }

  /**
   * Called for each frame as it came, without its length; may refer to the buffer only until it
   * returns, and leaves its indices as they are. Takes it for one that {@link #frame} wants, unless
   * overridden.
   */
  void frameBytes(ChannelHandlerContext ctx, ByteBuf in, int start, int length)
      throws ProtocolException {
    frame(ctx, ControlFrames.parse(in, start, length));
  }

  /** Called for each frame that is not a message. */
  abstract void frame(ChannelHandlerContext ctx, Wire.Frame frame) throws ProtocolException;

  /** Why the connection ended, once it has. */
  final String endReason() {
    return endReason == null ? "closed by the other side" : endReason;
  }

  /** The other side's address. */
  final SocketAddress remote() {
    return remote;
  }

  /** Whether the handshake is through. */
  final boolean introduced() {
    return introduced;
  }

  /** The handshake is through: frames may have their full length from here on. */
  final void introduce(int newMaxFrameBytes) {
    introduced = true;
    maxFrameBytes = newMaxFrameBytes;
  }

  /** Closes the connection; the first reason given is the one that counts. */
  final void finish(ChannelHandlerContext ctx, String reason) {
    note(reason);
    ctx.close();
  }

  /** Closes the connection after one last frame. */
  final void finishWith(ChannelHandlerContext ctx, String reason, Wire.Frame last) {
    note(reason);
    send(ctx, last).addListener(ChannelFutureListener.CLOSE);
  }

  /** Writes and flushes one frame. */
  static ChannelFuture send(ChannelHandlerContext ctx, Wire.Frame frame) {
    ByteBuf buffer = ctx.alloc().ioBuffer(ControlFrames.LENGTH_BYTES + frame.getSerializedSize());
    ControlFrames.write(frame, buffer);
    return ctx.writeAndFlush(buffer);
  }

  private void note(String reason) {
    finished = true;
    if (endReason == null) {
      endReason = reason;
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    remote = ctx.channel().remoteAddress();
    var timeout =
        ctx.executor()
            .schedule(() -> requireIntroduced(ctx), handshakeTimeoutMillis, TimeUnit.MILLISECONDS);
    ctx.channel().closeFuture().addListener(done -> timeout.cancel(false));
    super.channelActive(ctx);
  }

  private void requireIntroduced(ChannelHandlerContext ctx) {
    if (!introduced && !finished) {
      finish(ctx, "no handshake within " + handshakeTimeoutMillis + " ms");
    }
  }

  @Override
  protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws ProtocolException {
    if (finished) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (in.readableBytes() < ControlFrames.LENGTH_BYTES) {
      return;
    }
    long length = in.getUnsignedInt(in.readerIndex());
    if (length > maxFrameBytes) {
      throw new ProtocolException(oversized(length));
    }
    if (in.readableBytes() < ControlFrames.LENGTH_BYTES + length) {
      return;
    }
    int start = in.readerIndex() + ControlFrames.LENGTH_BYTES;
    frameBytes(ctx, in, start, (int) length);
    in.readerIndex(start + (int) length);
  }

  private String oversized(long length) {
    if (!introduced && length >>> 16 == TLS_HANDSHAKE) {
      return "it speaks TLS, which this side does not; give all members https peer URLs, or none";
    }
    String what = "frame of " + length + " bytes exceeds the limit of " + maxFrameBytes;
    return introduced
        ? what + "; give all members the same largest frame"
        : what + " before the handshake; whoever sent it does not speak the peer protocol";
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable root =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    boolean isWorded = root instanceof ProtocolException || root instanceof SSLException;
    finish(ctx, isWorded ? root.getMessage() : "failed: " + root);
  }
}
