package io.kelson.server.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Stands first on an accepted connection until its first bytes are there: with a TLS handshake it
 * gives way to TLS, to anything else it says in its own language what is wrong, and closes. The
 * handshake's time runs from the moment the connection is accepted.
 */
final class TlsEntrance extends ByteToMessageDecoder {
  /** The record type every TLS connection begins with. */
  static final int HANDSHAKE_RECORD = 0x16;

  /** Enough to tell HTTP/2 from others. */
  private static final int PLAIN_BYTES = 3;

  private final SslContext context;
  private final Executor handshakes;
  private final long timeoutMillis;
  private final PlainAnswer answer;
  private final Refusals refusals;
  private final ChannelHandler behind;
  private ScheduledFuture<?> timeout;
  private boolean refused;

  /**
   * @param handshakes where the costly arithmetic of a handshake is done, off the event loop
   * @param behind stands behind TLS, and hears what became of the handshake
   */
  TlsEntrance(
      SslContext context,
      Executor handshakes,
      long timeoutMillis,
      PlainAnswer answer,
      Refusals refusals,
      ChannelHandler behind) {
    this.context = context;
    this.handshakes = handshakes;
    this.timeoutMillis = timeoutMillis;
    this.answer = answer;
    this.refusals = refusals;
    this.behind = behind;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    timeout = ctx.executor().schedule(() -> tooLate(ctx), timeoutMillis, TimeUnit.MILLISECONDS);
  }

  private void tooLate(ChannelHandlerContext ctx) {
    refusals.refused(
        ctx.channel().remoteAddress(), "no TLS handshake within " + timeoutMillis + " ms");
    ctx.close();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    timeout.cancel(false);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (refused) {
      in.skipBytes(in.readableBytes());
    } else if (in.getByte(in.readerIndex()) == HANDSHAKE_RECORD) {
      becomeTls(ctx);
    } else if (in.readableBytes() >= PLAIN_BYTES) {
      refused = true;
      refusals.refused(
          ctx.channel().remoteAddress(), "it does not speak TLS, which this port does");
      timeout.cancel(false);
      answer.sayAndClose(ctx, in);
      in.skipBytes(in.readableBytes());
    }
  }

  /** On removal the bytes read so far go on to TLS. */
  private void becomeTls(ChannelHandlerContext ctx) {
    SslHandler tls = context.newHandler(ctx.alloc(), handshakes);
    tls.setHandshakeTimeoutMillis(timeoutMillis);
    ctx.pipeline().addAfter(ctx.name(), null, behind);
    ctx.pipeline().replace(this, null, tls);
  }
}
