package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.MISDIRECTED_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslHandler;
import java.util.Map;

/**
 * What is served on one kind of port: routes by path, the JSON gateway if there is one, and who may
 * call. Thread-safe.
 */
final class HttpSite {
  private final Map<String, Route> routes;
  private final Gateway gateway;
  private final AccessRules access;
  private final HttpLimits limits;

  /**
   * @param gateway null for none
   * @param access null for a port whose callers are not looked at
   */
  HttpSite(Map<String, Route> routes, Gateway gateway, AccessRules access, HttpLimits limits) {
    this.routes = Map.copyOf(routes);
    this.gateway = gateway;
    this.access = access;
    this.limits = limits;
  }

  HttpLimits limits() {
    return limits;
  }

  /** Begins to answer. */
  RequestBody answer(Exchange exchange) {
    String path;
    try {
      path = exchange.path();
      exchange.parameter("");
    } catch (IllegalArgumentException e) {
      exchange.reply(BAD_REQUEST, Exchange.TEXT, "the request's path is no URL\n");
      return RequestBody.IGNORED;
    }
    if (access != null && !maybeAdmit(exchange)) {
      return RequestBody.IGNORED;
    }
    Route route = routes.get(path);
    if (route == null && gateway != null && Gateway.isBelow(path)) {
      route = gateway;
    }
    if (route == null) {
      exchange.answerHeaders().set("X-Content-Type-Options", "nosniff");
      exchange.reply(NOT_FOUND, Exchange.TEXT, "404 page not found\n");
      return RequestBody.IGNORED;
    }
    return route.begin(exchange);
  }

  private boolean maybeAdmit(Exchange exchange) {
    HttpHeaders headers = exchange.request().headers();
    String host = AccessRules.hostName(headers);
    boolean secure = exchange.channel().pipeline().get(SslHandler.class) != null;
    if (!secure && !access.allowsHost(host)) {
      exchange.reply(
          MISDIRECTED_REQUEST,
          Exchange.TEXT,
          ("this member does not answer to the name %s; add it to --host-whitelist, or use TLS\n")
              .formatted(JsonText.quote(host)));
      return false;
    }
    access.describe(headers, exchange.answerHeaders());
    if (exchange.method().equals("OPTIONS")) {
      exchange.reply(OK, Exchange.TEXT, "");
      return false;
    }
    if (WebSocketUpgrade.isAskedFor(exchange.request()) && !access.allowsOrigin(headers)) {
      // Of other answers the browser withholds what the page may not see; of frames it does not.
      exchange.reply(FORBIDDEN, Exchange.TEXT, "this origin may not call; add it to --cors\n");
      return false;
    }
    return true;
  }
}
