package io.kelson.server.http;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.OptionalLong;

/**
 * A gateway call over WebSocket: each frame from the client holds a message, and so does each frame
 * to it. When the call ends the connection is closed; when the client closes it, or leaves, the
 * call is cancelled.
 */
final class WebSocketDoor extends SimpleChannelInboundHandler<WebSocketFrame>
    implements CallOutput {
  private final Channel channel;
  private final GatewayMethod method;
  private final GatewayCall<?, ?> call;
  private final JsonObjects objects;
  private Metadata metadata;
  private OptionalLong timeoutNanos;
  private boolean asked;
  private boolean ended;

  WebSocketDoor(Channel channel, GatewayMethod method, Gateway.Calls calls, HttpLimits limits) {
    this.channel = channel;
    this.method = method;
    this.call = calls.to(this);
    this.objects = new JsonObjects(limits.maxBodyBytes());
  }

  /** Begins the call, or gets ready to begin it with its only request. */
  void start(Metadata headers, OptionalLong timeout) {
    metadata = headers;
    timeoutNanos = timeout;
    if (method.takesMany()) {
      call.start(metadata, timeoutNanos);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
    if (frame instanceof PingWebSocketFrame) {
      if (ctx.channel().isWritable()) {
        ctx.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
      }
    } else if (frame instanceof CloseWebSocketFrame) {
      ended = true;
      ctx.writeAndFlush(frame.retain()).addListener(done -> ctx.close());
      call.gone();
    } else if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
      take(frame.content());
    }
  }

  private void take(ByteBuf content) {
    try {
      objects.feed(content, this::message);
    } catch (BadJsonException e) {
      call.fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    }
  }

  private void message(byte[] json) {
    if (method.takesMany()) {
      call.message(json);
    } else if (!asked) {
      asked = true;
      call.start(metadata, timeoutNanos);
      call.message(json);
      call.halfClose();
    }
  }

  @Override
  public ByteBuf print(Message answer) {
    return method.sendsMany()
        ? JsonMessages.write("{\"result\":", answer, "}")
        : JsonMessages.write("", answer, "");
  }

  @Override
  public void send(ByteBuf json, Runnable written) {
    channel.writeAndFlush(new TextWebSocketFrame(json)).addListener(done -> written.run());
  }

  @Override
  public void end(Status status) {
    if (ended) {
      return;
    }
    ended = true;
    if (!status.isOk()) {
      channel.write(
          new TextWebSocketFrame(
              method.sendsMany() ? GatewayErrors.inStream(status) : GatewayErrors.body(status)));
    }
    channel
        .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
        .addListener(done -> Draining.closeNow(channel));
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void pauseReading(boolean pause) {
    channel.config().setAutoRead(!pause);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      call.writable();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ended = true;
    call.gone();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
