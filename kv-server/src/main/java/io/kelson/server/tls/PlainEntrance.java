package io.kelson.server.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/** Turns away those who begin a TLS handshake where none is spoken, and lets all others pass. */
final class PlainEntrance extends ByteToMessageDecoder {
  private final Refusals refusals;
  private boolean refused;

  PlainEntrance(Refusals refusals) {
    this.refusals = refusals;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (!refused && in.getByte(in.readerIndex()) != TlsEntrance.HANDSHAKE_RECORD) {
      ctx.pipeline().remove(this);
      return;
    }
    if (!refused) {
      refused = true;
      refusals.refused(
          ctx.channel().remoteAddress(),
          "it speaks TLS, which this port does not; connect with http, or listen on an https URL");
      PlainAnswer.TLS_CLIENT.sayAndClose(ctx, in);
    }
    in.skipBytes(in.readableBytes());
  }
}
