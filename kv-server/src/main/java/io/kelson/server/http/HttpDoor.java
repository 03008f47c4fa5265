package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import io.kelson.server.KelsonVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Answers HTTP/1.1 on one connection: {@code /health} and {@code /version}, with etcd's bodies and
 * status codes.
 *
 * <p>Pipelined requests are answered one after the other, in order; a client with more than {@link
 * #MAX_PIPELINED} of them waiting is disconnected.
 */
final class HttpDoor extends ChannelDuplexHandler {
  static final int MAX_PIPELINED = 64;

  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HealthCheck health;
  private final Queue<Request> waiting = new ArrayDeque<>();
  private boolean busy;

  HttpDoor(HealthCheck health) {
    this.health = health;
  }

  /** What matters of a request; the body is never looked at. */
  private record Request(HttpMethod method, String uri, boolean keepAlive) {}

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof FullHttpRequest http)) {
      ReferenceCountUtil.release(message);
      return;
    }
    boolean intact = http.decoderResult().isSuccess();
    Request request = new Request(http.method(), http.uri(), HttpUtil.isKeepAlive(http));
    http.release();
    if (!intact || waiting.size() >= MAX_PIPELINED) {
      ctx.close();
      return;
    }
    waiting.add(request);
    next(ctx);
  }

  private void next(ChannelHandlerContext ctx) {
    if (!busy && !waiting.isEmpty()) {
      busy = true;
      serve(ctx, waiting.poll());
    }
  }

  private void serve(ChannelHandlerContext ctx, Request request) {
    QueryStringDecoder uri = new QueryStringDecoder(request.uri());
    boolean known = uri.path().equals("/health") || uri.path().equals("/version");
    if (!known) {
      reply(ctx, request, NOT_FOUND, TEXT, "404 page not found\n");
    } else if (!request.method().equals(HttpMethod.GET)) {
      reply(ctx, request, METHOD_NOT_ALLOWED, TEXT, "Method Not Allowed\n");
    } else if (uri.path().equals("/version")) {
      reply(ctx, request, OK, JSON, version());
    } else {
      boolean serializable =
          uri.parameters().getOrDefault("serializable", List.of()).contains("true");
      health.check(
          serializable, reason -> ctx.executor().execute(() -> replyHealth(ctx, request, reason)));
    }
  }

  private void replyHealth(ChannelHandlerContext ctx, Request request, String reason) {
    boolean healthy = reason.isEmpty();
    String body = "{\"health\":\"%b\",\"reason\":\"%s\"}".formatted(healthy, escape(reason));
    reply(ctx, request, healthy ? OK : SERVICE_UNAVAILABLE, JSON, body);
  }

  private void reply(
      ChannelHandlerContext ctx,
      Request request,
      HttpResponseStatus status,
      String type,
      String body) {
    ByteBuf content = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
    if (status.equals(METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET");
    }
    HttpUtil.setKeepAlive(response, request.keepAlive());
    var written = ctx.writeAndFlush(response);
    busy = false;
    if (request.keepAlive()) {
      next(ctx);
    } else {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static String version() {
    return "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\",\"storage\":\"%s\",\"kelson\":\"%s\"}"
        .formatted(
            KelsonVersion.ETCD_API,
            KelsonVersion.CLUSTER,
            KelsonVersion.CLUSTER,
            KelsonVersion.OWN);
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  /**
   * gRPC's transport believes this channel to be its own and tells it to close (server shutdown, or
   * no HTTP/2 handshake in time) by writing a command that means nothing here: it is obeyed.
   */
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpObject) {
      ctx.write(message, promise);
      return;
    }
    ReferenceCountUtil.release(message);
    ctx.close(promise);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
