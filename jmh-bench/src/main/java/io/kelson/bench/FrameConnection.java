package io.kelson.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;

/**
 * An HTTP/2 connection whose gRPC streams are read frame by frame: a client that makes objects of
 * every message takes more of the machine than the server that sends them. Thread-safe.
 */
final class FrameConnection implements AutoCloseable {
  /** What gRPC's own clients let be on the way, for a stream and for the connection. */
  private static final int WINDOW_BYTES = 1 << 20;

  private static final int CONNECT_MILLIS = 10_000;

  private final String endpoint;
  private final Channel channel;

  private FrameConnection(String endpoint, Channel channel) {
    this.endpoint = endpoint;
    this.channel = channel;
  }

  /**
   * Connects.
   *
   * @param endpoint host:port
   * @throws IllegalStateException if nobody listens there
   */
  static FrameConnection connect(
      EventLoop loop, Class<? extends SocketChannel> kind, String endpoint) {
    int colon = endpoint.lastIndexOf(':');
    InetSocketAddress address =
        new InetSocketAddress(
            endpoint.substring(0, colon), Integer.parseInt(endpoint.substring(colon + 1)));
    var connecting =
        new Bootstrap()
            .group(loop)
            .channel(kind)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(new Http2())
            .connect(address)
            .awaitUninterruptibly();
    if (!connecting.isSuccess()) {
      throw new IllegalStateException(
          endpoint
              + " does not answer ("
              + connecting.cause().getMessage()
              + "): is the server running there?",
          connecting.cause());
    }
    return new FrameConnection(endpoint, connecting.channel());
  }

  /** Whom it is connected to, for the headers of a call. */
  String endpoint() {
    return endpoint;
  }

  /** A stream whose frames the handler gets. */
  Future<Http2StreamChannel> open(ChannelInboundHandlerAdapter handler) {
    return new Http2StreamChannelBootstrap(channel).handler(handler).open();
  }

  @Override
  public void close() {
    channel.close();
  }

  private static final class Http2 extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel socket) {
      Http2FrameCodec codec =
          Http2FrameCodecBuilder.forClient()
              .initialSettings(
                  Http2Settings.defaultSettings()
                      .pushEnabled(false)
                      .initialWindowSize(WINDOW_BYTES))
              .build();
      socket
          .pipeline()
          .addLast(codec, new Http2MultiplexHandler(new Unasked()), new ConnectionWindow());
    }
  }

  /** Settings do not cover the window of the connection as a whole. */
  private static final class ConnectionWindow extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.writeAndFlush(new DefaultHttp2WindowUpdateFrame(WINDOW_BYTES));
      context.fireChannelActive();
    }
  }

  /** Streams that the server begins: there are none, as pushes are off. */
  @ChannelHandler.Sharable
  private static final class Unasked extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      context.close();
    }
  }
}
