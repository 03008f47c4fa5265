package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.function.Consumer;

/**
 * A route that is there for GET alone. As in etcd, HEAD is not among it.
 *
 * @param answer answers; at once or later
 */
record Gets(Consumer<Exchange> answer) implements Route {
  @Override
  public RequestBody begin(Exchange exchange) {
    if (exchange.method().equals("GET")) {
      answer.accept(exchange);
    } else {
      exchange
          .answerHeaders()
          .set(HttpHeaderNames.ALLOW, "GET")
          .set("X-Content-Type-Options", "nosniff");
      exchange.reply(METHOD_NOT_ALLOWED, Exchange.TEXT, "Method Not Allowed\n");
    }
    return RequestBody.IGNORED;
  }
}
