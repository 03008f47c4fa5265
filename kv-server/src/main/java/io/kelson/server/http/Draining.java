package io.kelson.server.http;

import io.grpc.netty.NettyTransportServers;
import io.grpc.netty.NettyTransportServers.Command;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/**
 * The last handler of an HTTP connection: closes it gently when it is closed from outside.
 *
 * <p>gRPC's transport believes the connection to be its own. When the server shuts down it closes
 * it, which lets calls of HTTP/2 finish: here the request being answered becomes the last. When the
 * server has waited long enough it writes a command to close, which is obeyed at once. Another such
 * command says that no HTTP/2 was spoken in time; it means nothing here, where {@link HttpDoor}
 * sees to clients that are slow. Were it obeyed, watches would end with the handshake timeout.
 */
final class Draining extends ChannelOutboundHandlerAdapter {
  /** Passed through the pipeline of a connection that is to close soon. */
  static final Object EVENT = new Object();

  /** Closes a connection without waiting for its request. */
  static void closeNow(Channel connection) {
    ChannelHandlerContext self = connection.pipeline().context(Draining.class);
    if (self == null) {
      connection.close();
    } else {
      self.close();
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
    ctx.pipeline().fireUserEventTriggered(EVENT);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    Command command = NettyTransportServers.commandIn(message);
    if (command == Command.NONE) {
      ctx.write(message, promise);
      return;
    }
    ReferenceCountUtil.release(message);
    if (command == Command.HANDSHAKE_TOO_SLOW) {
      promise.trySuccess();
    } else {
      ctx.close(promise);
    }
  }
}
