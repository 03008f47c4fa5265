package io.kelson.server.tls;

import io.kelson.raft.transport.PeerSecurity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** What somebody is told, in their own protocol, who does not speak what the port speaks. */
enum PlainAnswer {
  /** A client without TLS at a port with it, as Go's servers say it. */
  CLIENT {
    @Override
    ByteBuf to(ByteBuf said, ByteBufAllocator allocator) {
      return ByteBufUtil.equals(
              said, said.readerIndex(), HTTP_2, 0, Math.min(3, said.readableBytes()))
          ? Unpooled.wrappedBuffer(SETTINGS, GO_AWAY, bytes(HINT))
          : Unpooled.wrappedBuffer(
              bytes(BAD_REQUEST + "Client sent an HTTP request to an HTTPS server.\n"));
    }
  },

  /** A member without TLS at a port with it. */
  PEER {
    @Override
    ByteBuf to(ByteBuf said, ByteBufAllocator allocator) {
      return PeerSecurity.refusal(
          allocator, "this peer port speaks TLS only; give all members https peer URLs, or none");
    }
  },

  /** A client with TLS at a port without it: what every TLS client takes for what it is. */
  TLS_CLIENT {
    @Override
    ByteBuf to(ByteBuf said, ByteBufAllocator allocator) {
      return Unpooled.wrappedBuffer(
          bytes(BAD_REQUEST + "Client sent a TLS handshake to an HTTP server.\n"));
    }
  };

  private static final long LINGER_MILLIS = 1000;

  private static final ByteBuf HTTP_2 =
      Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(bytes("PRI"))).asReadOnly();

  private static final String BAD_REQUEST =
      "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";

  /** An empty one, without which clients take no other frame (RFC 9113, section 3.4). */
  private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  private static final String HINT = "this port speaks TLS; connect with https";

  /** For no stream, INADEQUATE_SECURITY (RFC 9113, sections 6.8 and 7); the hint follows. */
  private static final byte[] GO_AWAY = {
    0, 0, (byte) (8 + HINT.length()), 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc
  };

  /**
   * Says it and hangs up, but lets the other side go first for a moment: closing while it still
   * sends would throw away what it was told.
   */
  void sayAndClose(ChannelHandlerContext ctx, ByteBuf said) {
    Channel channel = ctx.channel();
    ctx.writeAndFlush(to(said, ctx.alloc()))
        .addListener(
            written -> {
              if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
              }
            });
    var end = ctx.executor().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closed -> end.cancel(false));
  }

  /** The answer; the caller releases it. */
  abstract ByteBuf to(ByteBuf said, ByteBufAllocator allocator);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
