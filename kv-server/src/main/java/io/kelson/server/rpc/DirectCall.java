package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.InternalMetadata;
import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One unary call between its frames and the service that answers it.
 *
 * <p>Frames come on the connection's event loop, the answer may come from any thread. A deadline
 * that the client set is the client's to keep: it resets the stream when it gives up, and whatever
 * the call waits for has a time limit of this member's own.
 *
 * @param <Q> the request
 * @param <A> the response
 */
final class DirectCall<Q extends MessageLite, A extends MessageLite>
    implements CallEnd<SmallAnswer<A>>, Function<MessageLite, SmallAnswer<A>> {
  private static final Logger LOG = LoggerFactory.getLogger(DirectCall.class);

  private static final int MAX_REQUEST_BYTES = 64 << 10;

  private static final AsciiString OK = AsciiString.cached("200");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString STATUS = AsciiString.cached("grpc-status");

  private static final Http2Headers HEADERS =
      ReadOnlyHttp2Headers.serverHeaders(false, OK, HttpHeaderNames.CONTENT_TYPE, GRPC);
  private static final Http2Headers TRAILERS =
      ReadOnlyHttp2Headers.trailers(false, STATUS, AsciiString.cached("0"));

  private final DirectFrames frames;
  private final ChannelHandlerContext ctx;
  private final DirectCalls.Method<Q, A> method;
  private final Http2Stream stream;
  private final Http2Headers headers;
  private final CallTimes times;

  // Touched by the event loop only.
  private byte[] bytes;
  private Q request;
  private ServerStreamTracer counter;
  private Status status;
  private int responseBytes;

  /** The stream is closed and was not answered. */
  private volatile boolean cancelled;

  private volatile Runnable whenCancelled = () -> {};

  /**
   * @param times when it began, or null if nobody wants to know
   */
  DirectCall(
      DirectFrames frames,
      ChannelHandlerContext ctx,
      DirectCalls.Method<Q, A> method,
      Http2Stream stream,
      Http2Headers headers,
      CallTimes times) {
    this.frames = frames;
    this.ctx = ctx;
    this.method = method;
    this.stream = stream;
    this.headers = headers;
    this.times = times;
  }

  Http2Stream stream() {
    return stream;
  }

  Http2Headers headers() {
    return headers;
  }

  /**
   * Reads a frame's data, if they are nothing or the whole request.
   *
   * @return false if they are not, and are as they were
   */
  boolean maybeRead(ByteBuf data) {
    int length = data.readableBytes() - FrameRun.PREFIX_BYTES;
    if (!data.isReadable()) {
      return true;
    }
    int start = data.readerIndex();
    boolean isWhole =
        bytes == null
            && length >= 0
            && length <= MAX_REQUEST_BYTES
            && data.getByte(start) == 0
            && data.getInt(start + 1) == length;
    if (!isWhole) {
      return false;
    }
    byte[] message = new byte[length];
    data.getBytes(start + FrameRun.PREFIX_BYTES, message);
    Q parsed = method.reader().apply(message);
    if (parsed == null || !method.isShort().test(parsed)) {
      return false;
    }
    bytes = message;
    request = parsed;
    return true;
  }

  /** How many bytes of data were read. */
  int heldBytes() {
    return bytes == null ? 0 : FrameRun.PREFIX_BYTES + bytes.length;
  }

  /** The data that were read, as they came, to be released; null if there were none. */
  ByteBuf maybeHeld() {
    if (bytes == null) {
      return null;
    }
    return ctx.alloc().buffer(heldBytes()).writeByte(0).writeInt(bytes.length).writeBytes(bytes);
  }

  /**
   * The client has said everything: serves the call.
   *
   * @return false if it is none that can be served so
   */
  boolean maybeServe() {
    if (request == null || !frames.calls().isPlain()) {
      return false;
    }
    counter = frames.calls().counter(method, headers);
    counter.inboundMessage(0);
    counter.inboundUncompressedSize(bytes.length);
    try {
      method.service().accept(request, new Reply<>(this, this, times));
    } catch (RuntimeException e) {
      LOG.error("a call of {} failed", method.name(), e);
      fail(
          Status.UNKNOWN
              .withDescription("kelson: an error of this member's; see its log")
              .asRuntimeException());
    }
    return true;
  }

  /** What the call is answered with for a response. */
  @Override
  public SmallAnswer<A> apply(MessageLite response) {
    return SmallAnswer.of(method.response().cast(response));
  }

  /** The stream has ended, one way or the other. */
  void closed() {
    if (status == null) {
      status = Status.CANCELLED;
      cancelled = true;
      whenCancelled.run();
    }
    if (counter != null) {
      counter.streamClosed(status);
      if (times != null) {
        frames.calls().slow().over(method.name(), times, request, responseBytes, status.getCode());
      }
    }
  }

  @Override
  public void answer(SmallAnswer<A> response) {
    if (ctx.executor().inEventLoop()) {
      send(response);
    } else {
      ctx.executor().execute(() -> send(response));
    }
  }

  private void send(SmallAnswer<A> response) {
    if (status != null) {
      return;
    }
    status = Status.OK;
    ByteBuf data = framed(response);
    counter.outboundMessage(0);
    counter.outboundUncompressedSize(responseBytes);
    frames.respond(ctx, stream, HEADERS, data, TRAILERS);
  }

  private ByteBuf framed(SmallAnswer<A> response) {
    responseBytes = response.size();
    byte[] scratch = FrameRun.scratch(FrameRun.PREFIX_BYTES + responseBytes);
    int end = response.putInto(scratch, FrameRun.putPrefix(scratch, 0, responseBytes));
    return ctx.alloc().ioBuffer(end).writeBytes(scratch, 0, end);
  }

  @Override
  public void fail(StatusRuntimeException problem) {
    if (ctx.executor().inEventLoop()) {
      end(problem);
    } else {
      ctx.executor().execute(() -> end(problem));
    }
  }

  private void end(StatusRuntimeException problem) {
    if (status != null) {
      return;
    }
    status = problem.getStatus();
    Metadata trailers = new Metadata();
    if (problem.getTrailers() != null) {
      trailers.merge(problem.getTrailers());
    }
    trailers.put(InternalStatus.CODE_KEY, status);
    if (status.getDescription() != null) {
      trailers.put(InternalStatus.MESSAGE_KEY, status.getDescription());
    }
    byte[][] pairs = InternalMetadata.serialize(trailers);
    Http2Headers only = new DefaultHttp2Headers(false, 2 + pairs.length / 2);
    only.status(OK).set(HttpHeaderNames.CONTENT_TYPE, GRPC);
    for (int i = 0; i < pairs.length; i += 2) {
      only.add(new AsciiString(pairs[i], false), new AsciiString(pairs[i + 1], false));
    }
    frames.handler().encoder().writeHeaders(ctx, stream.id(), only, 0, true, ctx.newPromise());
    frames.flushWritten(ctx);
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void whenCancelled(Runnable action) {
    whenCancelled = action;
  }

  @Override
  public void whenAnswered(Runnable action) {
    throw new UnsupportedOperationException("a short call holds nothing until it is answered");
  }
}
