package io.kelson.server.rpc;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A connection on which a test decides about every frame of its calls. */
final class RawCalls implements AutoCloseable {
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Semaphore goAways = new Semaphore(0);
  private final Channel connection;

  RawCalls(int port) throws InterruptedException {
    connection =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forClient().build(),
                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                            farewells());
                  }
                })
            .connect("127.0.0.1", port)
            .sync()
            .channel();
  }

  private ChannelHandler farewells() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2GoAwayFrame) {
          goAways.release();
        }
        ReferenceCountUtil.release(frame);
      }
    };
  }

  /** Waits until the server has said so often that it takes no more calls. */
  boolean awaitGoAways(int count) throws InterruptedException {
    return goAways.tryAcquire(count, 30, TimeUnit.SECONDS);
  }

  /** What a call ended with: its response's bytes as they came, status and message. */
  record Ended(byte[] data, String status, String message, boolean reset) {}

  /** The headers that gRPC's clients send. */
  static Http2Headers headers(String method) {
    return new DefaultHttp2Headers()
        .method("POST")
        .scheme("http")
        .path("/" + method)
        .authority("test")
        .add("content-type", "application/grpc")
        .add("te", "trailers");
  }

  /** One call. */
  final class Call extends ChannelInboundHandlerAdapter {
    private final Http2StreamChannel stream;
    private final CompletableFuture<Ended> ended = new CompletableFuture<>();
    private final Http2Headers headers = new DefaultHttp2Headers(false);
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    Call(Http2Headers request, boolean end) throws Exception {
      stream = new Http2StreamChannelBootstrap(connection).handler(this).open().sync().getNow();
      stream.writeAndFlush(new DefaultHttp2HeadersFrame(request, end)).sync();
    }

    Call data(byte[] bytes, int padding, boolean end) throws InterruptedException {
      ByteBuf content = Unpooled.wrappedBuffer(bytes);
      stream.writeAndFlush(new DefaultHttp2DataFrame(content, end, padding)).sync();
      return this;
    }

    Call trailers() throws InterruptedException {
      Http2Headers trailers = new DefaultHttp2Headers().add("some", "trailer");
      stream.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true)).sync();
      return this;
    }

    void reset() throws InterruptedException {
      stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL)).sync();
    }

    Ended await() throws Exception {
      return ended.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
      try {
        if (frame instanceof Http2DataFrame more) {
          byte[] bytes = new byte[more.content().readableBytes()];
          more.content().readBytes(bytes);
          data.writeBytes(bytes);
          heard(headers, more.isEndStream());
        } else if (frame instanceof Http2HeadersFrame block) {
          headers.add(block.headers());
          heard(headers, block.isEndStream());
        }
      } finally {
        ReferenceCountUtil.release(frame);
      }
    }

    private void heard(Http2Headers all, boolean end) {
      if (end) {
        String status = String.valueOf(all.get("grpc-status"));
        String message = String.valueOf(all.get("grpc-message"));
        ended.complete(new Ended(data.toByteArray(), status, message, false));
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Http2ResetFrame) {
        ended.complete(new Ended(data.toByteArray(), "", "", true));
      }
      ReferenceCountUtil.release(event);
    }
  }

  /** Reads what comes, or leaves it to the network, and tells the server of no more room. */
  void reads(boolean wanted) {
    connection.config().setAutoRead(wanted);
  }

  Call call(Http2Headers headers) throws Exception {
    return new Call(headers, false);
  }

  @Override
  public void close() {
    connection.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
