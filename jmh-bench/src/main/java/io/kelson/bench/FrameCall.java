package io.kelson.bench;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * A gRPC call over a stream of its own whose responses are shown as bytes, all of a frame in one
 * go. Belongs to the event loop of its connection.
 */
final class FrameCall extends ChannelInboundHandlerAdapter {
  private final String method;
  private final String authority;
  private final List<? extends MessageLite> requests;
  private final Listener listener;
  private final GrpcMessages messages = new GrpcMessages();
  private boolean closed;

  /** Hears what comes, on the event loop of the connection. */
  interface Listener extends GrpcMessages.Reader {
    /** The messages that have come were read, as far as a frame held them. */
    void pause();

    /**
     * Nothing more will come; called once.
     *
     * @param why the status and its description
     */
    void closed(String why);
  }

  /**
   * A call that sends these once its stream is there, and then leaves it open.
   *
   * @param method full name, as in a method's descriptor
   * @param authority host:port
   */
  FrameCall(
      String method, String authority, List<? extends MessageLite> requests, Listener listener) {
    this.method = method;
    this.authority = authority;
    this.requests = requests;
    this.listener = listener;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .path("/" + method)
            .authority(authority)
            .set("content-type", "application/grpc")
            .set("te", "trailers");
    context.write(new DefaultHttp2HeadersFrame(headers));
    for (MessageLite request : requests) {
      context.write(new DefaultHttp2DataFrame(framed(request)));
    }
    context.flush();
  }

  private static ByteBuf framed(MessageLite message) {
    byte[] bytes = message.toByteArray();
    ByteBuf frame = Unpooled.buffer(GrpcMessages.PREFIX_BYTES + bytes.length);
    return frame.writeByte(0).writeInt(bytes.length).writeBytes(bytes);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object frame) {
    try {
      if (frame instanceof Http2DataFrame data) {
        messages.take(data.content(), listener);
        listener.pause();
        maybeEnd(data.isEndStream(), "no status");
      } else if (frame instanceof Http2HeadersFrame headers) {
        maybeEnd(headers.isEndStream(), status(headers.headers()));
      } else if (frame instanceof Http2ResetFrame reset) {
        maybeEnd(true, "reset with code " + reset.errorCode());
      }
    } catch (IllegalArgumentException malformed) {
      maybeEnd(true, malformed.getMessage());
      context.close();
    } finally {
      ReferenceCountUtil.release(frame);
    }
  }

  private static String status(Http2Headers headers) {
    CharSequence code = headers.get("grpc-status");
    CharSequence message = headers.get("grpc-message");
    return code == null
        ? "HTTP status " + headers.status()
        : Status.fromCodeValue(Integer.parseInt(code.toString())).getCode() + ": " + message;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    maybeEnd(true, "the connection is gone");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    maybeEnd(true, cause.toString());
    context.close();
  }

  private void maybeEnd(boolean end, String why) {
    if (end && !closed) {
      closed = true;
      listener.closed(why);
    }
  }
}
