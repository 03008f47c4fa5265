package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /metrics}. The page is made on a thread of its own, since it may be long. */
final class MetricsRoute implements Route {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsRoute.class);

  private final MetricsPage page;
  private final JsonWork work;

  MetricsRoute(MetricsPage page, JsonWork work) {
    this.page = page;
    this.work = work;
  }

  @Override
  public RequestBody begin(Exchange exchange) {
    return new Gets(this::answer).begin(exchange);
  }

  private void answer(Exchange exchange) {
    String accept = exchange.request().headers().get(HttpHeaderNames.ACCEPT, "");
    try {
      work.execute(() -> make(exchange, accept));
    } catch (RejectedExecutionException e) {
      exchange.reply(SERVICE_UNAVAILABLE, Exchange.TEXT, "this member is busy or stopping\n");
    }
  }

  private void make(Exchange exchange, String accept) {
    Runnable reply;
    try {
      byte[] body = page.body(accept);
      String type = page.contentType(accept);
      reply = () -> exchange.reply(OK, type, Unpooled.wrappedBuffer(body));
    } catch (RuntimeException e) {
      LOG.error("the metrics could not be collected", e);
      reply =
          () ->
              exchange.reply(
                  INTERNAL_SERVER_ERROR,
                  Exchange.TEXT,
                  "the metrics could not be collected; see this member's log\n");
    }
    exchange.executor().execute(reply);
  }
}
