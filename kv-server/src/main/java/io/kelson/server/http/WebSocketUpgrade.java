package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.UPGRADE_REQUIRED;

import io.grpc.Metadata;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;

/**
 * Turns a connection from HTTP to WebSocket (RFC 6455) and has the call made over it.
 *
 * <p>Browsers cannot set headers for it, so a token may come as the second of two subprotocols, of
 * which the first is {@code Bearer}.
 */
final class WebSocketUpgrade implements RequestBody {
  private static final String BEARER = "Bearer";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Exchange exchange;
  private final GatewayMethod method;
  private final Gateway.Calls calls;
  private final HttpLimits limits;

  WebSocketUpgrade(
      Exchange exchange, GatewayMethod method, Gateway.Calls calls, HttpLimits limits) {
    this.exchange = exchange;
    this.method = method;
    this.calls = calls;
    this.limits = limits;
  }

  static boolean isAskedFor(HttpRequest request) {
    return request
            .headers()
            .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && request.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
  }

  @Override
  public void end() {
    HttpRequest head = exchange.request();
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            head.protocolVersion(),
            head.method(),
            head.uri(),
            Unpooled.EMPTY_BUFFER,
            head.headers(),
            EmptyHttpHeaders.INSTANCE);
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory("", BEARER, false, limits.maxBodyBytes())
            .newHandshaker(request);
    if (handshaker == null) {
      exchange
          .answerHeaders()
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, WebSocketVersion.V13.toHttpHeaderValue());
      exchange.reply(UPGRADE_REQUIRED, Exchange.TEXT, "speak WebSocket version 13\n");
      return;
    }
    Metadata metadata = GatewayMetadata.of(head.headers());
    String token = bearer(head);
    if (!token.isEmpty() && !metadata.containsKey(AUTHORIZATION)) {
      metadata.put(AUTHORIZATION, BEARER + " " + token);
    }
    Channel channel = exchange.channel();
    try {
      handshaker.handshake(
          channel,
          request,
          new DefaultHttpHeaders().set(exchange.answerHeaders()),
          channel.newPromise());
    } catch (WebSocketHandshakeException e) {
      exchange.reply(BAD_REQUEST, Exchange.TEXT, "this is no WebSocket handshake\n");
      return;
    }
    exchange.handOver();
    WebSocketDoor door = new WebSocketDoor(channel, method, calls, limits);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addBefore(
        pipeline.context(HttpDoor.class).name(),
        null,
        new WebSocketFrameAggregator(limits.maxBodyBytes()));
    pipeline.replace(HttpDoor.class, null, door);
    door.start(metadata, GatewayMetadata.timeoutNanos(head.headers()));
  }

  private static String bearer(HttpRequest request) {
    String[] protocols =
        request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "").split(",", -1);
    return protocols.length == 2
            && protocols[0].strip().equals(BEARER)
            && protocols[1].strip().matches("[!-~]+")
        ? protocols[1].strip()
        : "";
  }
}
