package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_URI_TOO_LONG;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One HTTP/1.1 connection: takes requests one after the other, in order, and lets the {@link
 * HttpSite} answer them.
 *
 * <p>It goes on reading while a request is being answered, since otherwise nobody would notice that
 * the client has left. What arrives meanwhile waits: no more than {@link HttpLimits#maxPipelined}
 * requests, or the client is disconnected, and no more than a body's worth of bytes, beyond which
 * nothing is read.
 */
final class HttpDoor extends ChannelInboundHandlerAdapter {
  /** How often a connection is looked at for being too slow. */
  static final long CHECK_MILLIS = 1_000;

  private final HttpSite site;
  private final HttpLimits limits;
  private final Queue<HttpObject> waiting = new ArrayDeque<>();
  private ChannelHandlerContext ctx;
  private Future<?> checks;
  private int waitingRequests;
  private long waitingBytes;
  private Exchange current;
  private RequestBody body = RequestBody.IGNORED;
  private long bodyBytes;
  private boolean bodyEnded;
  private boolean paused;
  private boolean serving;
  private boolean draining;
  private long since;

  HttpDoor(HttpSite site) {
    this.site = site;
    this.limits = site.limits();
  }

  Channel channel() {
    return ctx.channel();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    since = now();
    checks =
        ctx.executor()
            .scheduleWithFixedDelay(this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    checks.cancel(false);
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof HttpObject object) || !channel().isActive()) {
      ReferenceCountUtil.release(message);
      return;
    }
    waiting.add(object);
    waitingBytes += bytes(object);
    if (object instanceof HttpRequest && ++waitingRequests > limits.maxPipelined()) {
      ctx.close();
      return;
    }
    serve();
  }

  private static int bytes(HttpObject object) {
    return object instanceof HttpContent content ? content.content().readableBytes() : 0;
  }

  /** Takes what waits, as far as the request being answered lets it. */
  private void serve() {
    if (serving) {
      return;
    }
    serving = true;
    while (mayTake()) {
      HttpObject next = waiting.poll();
      waitingBytes -= bytes(next);
      take(next);
    }
    serving = false;
    readOrNot();
  }

  /** An answer that the client does not take yet holds up the next one. */
  private boolean mayTake() {
    return !waiting.isEmpty() && (current == null ? channel().isWritable() : !bodyEnded);
  }

  private void readOrNot() {
    channel().config().setAutoRead(!paused && waitingBytes <= limits.maxBodyBytes());
  }

  private void take(HttpObject object) {
    if (object instanceof HttpRequest request) {
      waitingRequests--;
      begin(request);
    }
    if (object instanceof HttpContent content) {
      try {
        takeBody(content);
      } finally {
        content.release();
      }
    }
  }

  private void begin(HttpRequest request) {
    since = now();
    bodyBytes = 0;
    bodyEnded = false;
    body = RequestBody.IGNORED;
    current = new Exchange(this, request);
    if (!request.decoderResult().isSuccess()) {
      refuse(statusOf(request.decoderResult().cause()), "the request is no HTTP/1.1");
    } else if (HttpUtil.getContentLength(request, 0L) > limits.maxBodyBytes()) {
      refuse(REQUEST_ENTITY_TOO_LARGE, tooLarge());
    } else {
      RequestBody chosen = site.answer(current);
      // What was answered at once needs no body.
      body = current == null || current.isAnswered() ? RequestBody.IGNORED : chosen;
      if (current != null && !current.isAnswered() && HttpUtil.is100ContinueExpected(request)) {
        write(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
      }
    }
  }

  private static HttpResponseStatus statusOf(Throwable cause) {
    return cause instanceof TooLongHttpLineException
        ? REQUEST_URI_TOO_LONG
        : cause instanceof TooLongHttpHeaderException
            ? REQUEST_HEADER_FIELDS_TOO_LARGE
            : BAD_REQUEST;
  }

  private String tooLarge() {
    return "the request is larger than "
        + limits.maxBodyBytes()
        + " bytes; send less at once or raise --max-request-bytes";
  }

  /** Answers and reads nothing more: where the next request would begin is not known. */
  private void refuse(HttpResponseStatus status, String why) {
    RequestBody left = body;
    body = RequestBody.IGNORED;
    left.gone();
    current.closeAfterwards();
    if (current.isStreaming()) {
      ctx.close();
    } else {
      current.reply(status, Exchange.TEXT, why + "\n");
    }
  }

  private void takeBody(HttpContent content) {
    bodyBytes += content.content().readableBytes();
    if (current.isAnswered()) {
      discard(content);
      return;
    }
    if (!content.decoderResult().isSuccess()) {
      refuse(BAD_REQUEST, "the request's body is no HTTP/1.1");
    } else if (bodyBytes > limits.maxBodyBytes() && !current.mayLast()) {
      refuse(REQUEST_ENTITY_TOO_LARGE, tooLarge());
    } else {
      body.data(content.content());
      endBody(content);
    }
  }

  /** The rest of a request that was answered early, as far as that is worth it. */
  private void discard(HttpContent content) {
    if (!content.decoderResult().isSuccess() || bodyBytes > limits.maxBodyBytes()) {
      ctx.close();
    } else {
      endBody(content);
    }
  }

  private void endBody(HttpContent content) {
    if (content instanceof LastHttpContent) {
      bodyEnded = true;
      if (current.isAnswered()) {
        next();
      } else {
        body.end();
      }
    }
  }

  ChannelFuture write(Object message) {
    return ctx.writeAndFlush(message).addListener(this::progress);
  }

  private void progress(io.netty.util.concurrent.Future<? super Void> written) {
    if (written.isSuccess()) {
      since = now();
    }
  }

  /** An exchange has written all of its answer. */
  void answered(Exchange exchange, ChannelFuture written) {
    if (exchange != current) {
      return;
    }
    body = RequestBody.IGNORED;
    pauseReading(false);
    if (!exchange.keepsAlive()) {
      written.addListener(done -> ctx.close());
    }
    if (bodyEnded) {
      next();
    }
  }

  private void next() {
    boolean more = current.keepsAlive() && !draining;
    current = null;
    since = now();
    if (!more) {
      if (draining) {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> ctx.close());
      }
      return;
    }
    serve();
  }

  void pauseReading(boolean pause) {
    if (paused != pause) {
      paused = pause;
      readOrNot();
    }
  }

  /** Something else answers on this connection from now on. */
  void handOver() {
    current = null;
    body = RequestBody.IGNORED;
    pauseReading(false);
  }

  /** Closes connections on which nothing happens, or too little. */
  private void check() {
    long waited = now() - since;
    if (current == null || current.isAnswered()) {
      boolean stalled = !channel().isWritable() || current != null;
      if (waited > (stalled ? limits.body() : limits.idle()).toNanos()) {
        ctx.close();
      }
    } else if (!bodyEnded && !current.mayLast() && waited > limits.body().toNanos()) {
      refuse(REQUEST_TIMEOUT, "the request did not arrive in time");
    }
  }

  private long now() {
    return ctx.executor().ticker().nanoTime();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel().isWritable()) {
      body.writable();
      serve();
    }
    context.fireChannelWritabilityChanged();
  }

  /** The server stops: the request being answered is the last. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event != Draining.EVENT) {
      super.userEventTriggered(context, event);
      return;
    }
    draining = true;
    if (current == null) {
      ctx.close();
    } else {
      current.closeAfterwards();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    RequestBody left = body;
    body = RequestBody.IGNORED;
    left.gone();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    ctx.close();
  }
}
