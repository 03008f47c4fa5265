package io.kelson.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Map;

/**
 * One request and its answer, which is either whole ({@link #reply}) or a stream ({@link #stream},
 * {@link #part}, {@link #endStream}). Everything on the connection's event loop. An answer to a
 * client that has left goes nowhere.
 */
final class Exchange {
  static final String JSON = "application/json";
  static final String TEXT = "text/plain; charset=utf-8";

  /** Large answers go out in pieces, so that a client that takes some of it is seen to. */
  private static final int PIECE_BYTES = 256 << 10;

  private static final int MAX_PARAMETERS = 64;

  private final HttpDoor door;
  private final HttpRequest request;
  private final QueryStringDecoder uri;
  private final HttpHeaders headers = new DefaultHttpHeaders();
  private boolean keepAlive;
  private boolean streaming;
  private boolean answered;
  private boolean mayLast;

  Exchange(HttpDoor door, HttpRequest request) {
    this.door = door;
    this.request = request;
    this.uri = new QueryStringDecoder(request.uri(), StandardCharsets.UTF_8, true, MAX_PARAMETERS);
    this.keepAlive = HttpUtil.isKeepAlive(request);
  }

  HttpRequest request() {
    return request;
  }

  String method() {
    return request.method().name();
  }

  String path() {
    return uri.path();
  }

  /** All values of a parameter. */
  List<String> parameter(String name) {
    Map<String, List<String>> all = uri.parameters();
    return all.getOrDefault(name, List.of());
  }

  /** Headers that the answer will carry besides its own. */
  HttpHeaders answerHeaders() {
    return headers;
  }

  Channel channel() {
    return door.channel();
  }

  EventExecutor executor() {
    return door.channel().eventLoop();
  }

  /** Says that the body may go on for ever: the client and this server talk to each other. */
  void bodyMayLast() {
    mayLast = true;
  }

  boolean mayLast() {
    return mayLast;
  }

  boolean isStreaming() {
    return streaming;
  }

  boolean isAnswered() {
    return answered;
  }

  boolean keepsAlive() {
    return keepAlive;
  }

  /** No other request on this connection. */
  void closeAfterwards() {
    keepAlive = false;
  }

  /** Stops or goes on reading from the connection. */
  void pauseReading(boolean pause) {
    door.pauseReading(pause);
  }

  /** Whether more of a stream should be written now. */
  boolean isWritable() {
    return door.channel().isWritable();
  }

  /** Answers with a text. */
  void reply(HttpResponseStatus status, String type, String body) {
    reply(status, type, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
  }

  /**
   * Answers with bytes, which are released; done when they have left, or will not. Ignored if there
   * was an answer already: an error may have come first.
   */
  ChannelFuture reply(HttpResponseStatus status, String type, ByteBuf body) {
    if (answered) {
      body.release();
      return channel().newSucceededFuture();
    }
    answered = true;
    int length = body.readableBytes();
    if (length <= PIECE_BYTES) {
      HttpResponse whole = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
      fill(whole, type).setInt(HttpHeaderNames.CONTENT_LENGTH, length);
      return done(door.write(whole));
    }
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    fill(head, type).setInt(HttpHeaderNames.CONTENT_LENGTH, length);
    door.write(head);
    while (body.readableBytes() > PIECE_BYTES) {
      door.write(new DefaultHttpContent(body.readRetainedSlice(PIECE_BYTES)));
    }
    door.write(new DefaultHttpContent(body));
    return done(door.write(LastHttpContent.EMPTY_LAST_CONTENT));
  }

  private ChannelFuture done(ChannelFuture written) {
    door.answered(this, written);
    return written;
  }

  /** Begins an answer in parts. */
  void stream(String type) {
    streaming = true;
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    fill(head, type);
    if (request.protocolVersion().isKeepAliveDefault()) {
      head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else {
      // HTTP/1.0 knows no chunks: the answer ends with the connection.
      keepAlive = false;
    }
    HttpUtil.setKeepAlive(head, keepAlive);
    door.write(head);
  }

  /** One part, as one chunk: there are clients that take a chunk for a message. */
  ChannelFuture part(ByteBuf bytes) {
    return door.write(new DefaultHttpContent(bytes));
  }

  void endStream() {
    answered = true;
    done(door.write(LastHttpContent.EMPTY_LAST_CONTENT));
  }

  /** Something else answers on this connection from now on. */
  void handOver() {
    answered = true;
    door.handOver();
  }

  private HttpHeaders fill(HttpResponse response, String type) {
    response
        .headers()
        .set(headers)
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.DATE, DateFormatter.format(new Date()));
    HttpUtil.setKeepAlive(response, keepAlive);
    return response.headers();
  }
}
