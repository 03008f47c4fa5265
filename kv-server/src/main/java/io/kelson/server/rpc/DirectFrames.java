package io.kelson.server.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;

/**
 * What comes in on one connection: frames of {@link DirectCall}s stay here, all others go to gRPC.
 *
 * <p>A call that turns out to be none of ours is told to gRPC frame by frame, as it came. Its bytes
 * are given back to flow control by whoever has the call in the end. On the connection's event
 * loop.
 */
final class DirectFrames extends Http2FrameListenerDecorator {
  private final DirectCalls calls;
  private final Http2FrameListener grpc;
  private final Http2ConnectionHandler handler;

  /** By their streams' ids. A property of the stream would cost it a map of its own. */
  private final IntObjectMap<DirectCall<?, ?>> open = new IntObjectHashMap<>();

  private ChannelPromise unheard;
  private Runnable flush;
  private boolean flushing;

  DirectFrames(DirectCalls calls, Http2ConnectionHandler handler) {
    super(handler.decoder().frameListener());
    this.calls = calls;
    this.grpc = handler.decoder().frameListener();
    this.handler = handler;
  }

  /** Hears of streams that end, however they do. */
  Http2Connection.Listener closings() {
    return new Http2ConnectionAdapter() {
      @Override
      public void onStreamClosed(Http2Stream stream) {
        DirectCall<?, ?> call = open.remove(stream.id());
        if (call != null) {
          call.closed();
        }
      }
    };
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int padding,
      boolean endOfStream)
      throws Http2Exception {
    if (!maybeBegin(ctx, streamId, headers, endOfStream)) {
      grpc.onHeadersRead(ctx, streamId, headers, padding, endOfStream);
    }
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int streamDependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean endOfStream)
      throws Http2Exception {
    if (!maybeBegin(ctx, streamId, headers, endOfStream)) {
      grpc.onHeadersRead(
          ctx, streamId, headers, streamDependency, weight, exclusive, padding, endOfStream);
    }
  }

  private boolean maybeBegin(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, boolean endOfStream)
      throws Http2Exception {
    DirectCall<?, ?> begun = open.get(streamId);
    if (begun != null) {
      // A second block of headers.
      handOver(ctx, begun);
      return false;
    }
    DirectCalls.Method<?, ?> method = endOfStream ? null : calls.maybeMethod(headers);
    if (method == null) {
      return false;
    }
    Http2Stream stream = handler.connection().stream(streamId);
    open.put(streamId, new DirectCall<>(this, ctx, method, stream, headers, calls.begin()));
    return true;
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream)
      throws Http2Exception {
    DirectCall<?, ?> call = open.get(streamId);
    if (call == null) {
      return grpc.onDataRead(ctx, streamId, data, padding, endOfStream);
    }
    int bytes = data.readableBytes();
    if (!call.maybeRead(data)) {
      handOver(ctx, call);
      return grpc.onDataRead(ctx, streamId, data, padding, endOfStream);
    }
    if (!endOfStream) {
      return padding;
    }
    int before = call.heldBytes() - bytes;
    if (!call.maybeServe()) {
      // gRPC is told in two steps, so that what was read before is not lost.
      handOver(ctx, call);
      grpc.onDataRead(ctx, streamId, data.slice(data.readerIndex(), 0), padding, true);
      return padding;
    }
    if (before > 0) {
      handler.decoder().flowController().consumeBytes(call.stream(), before);
    }
    return bytes + padding;
  }

  /** From here on the call is gRPC's. */
  private void handOver(ChannelHandlerContext ctx, DirectCall<?, ?> call) throws Http2Exception {
    Http2Stream stream = call.stream();
    open.remove(stream.id());
    grpc.onHeadersRead(ctx, stream.id(), call.headers(), 0, (short) 16, false, 0, false);
    ByteBuf held = call.maybeHeld();
    if (held != null) {
      try {
        grpc.onDataRead(ctx, stream.id(), held, 0, false);
      } finally {
        held.release();
      }
    }
  }

  DirectCalls calls() {
    return calls;
  }

  Http2ConnectionHandler handler() {
    return handler;
  }

  /**
   * Answers a call, and with that the stream is closed.
   *
   * <p>Where the client's windows have room for all of it, as nearly always, the frames are written
   * at once; flow control has to do with the others.
   */
  void respond(
      ChannelHandlerContext ctx,
      Http2Stream stream,
      Http2Headers headers,
      ByteBuf data,
      Http2Headers trailers) {
    Http2ConnectionEncoder encoder = handler.encoder();
    int id = stream.id();
    if (maybeTakeWindow(stream, data.readableBytes())) {
      Http2FrameWriter writer = encoder.frameWriter();
      writer.writeHeaders(ctx, id, headers, 0, false, unheard(ctx));
      writer.writeData(ctx, id, data, 0, false, unheard(ctx));
      handler.closeStreamLocal(
          stream, writer.writeHeaders(ctx, id, trailers, 0, true, ctx.newPromise()));
    } else {
      encoder.writeHeaders(ctx, id, headers, 0, false, ctx.newPromise());
      encoder.writeData(ctx, id, data, 0, false, ctx.newPromise());
      encoder.writeHeaders(ctx, id, trailers, 0, true, ctx.newPromise());
    }
    flushWritten(ctx);
  }

  /** For frames behind which there is another one: what becomes of that is what counts. */
  private ChannelPromise unheard(ChannelHandlerContext ctx) {
    if (unheard == null) {
      unheard = new UnheardPromise(ctx.channel(), ctx.executor());
    }
    return unheard;
  }

  /** The stream's own window is of no more use to anyone, but the connection's is everybody's. */
  private boolean maybeTakeWindow(Http2Stream stream, int bytes) {
    Http2RemoteFlowController flow = handler.encoder().flowController();
    Http2Stream connection = handler.connection().connectionStream();
    if (flow.windowSize(stream) < bytes || flow.windowSize(connection) < bytes) {
      return false;
    }
    try {
      flow.incrementWindowSize(connection, -bytes);
      return true;
    } catch (Http2Exception e) {
      throw new IllegalStateException("a window cannot be made smaller", e);
    }
  }

  /**
   * Sends what was written: when whatever this thread is doing is done, as often more follows, but
   * at once if the connection may end with this call.
   */
  void flushWritten(ChannelHandlerContext ctx) {
    if (handler.connection().goAwaySent()) {
      ctx.channel().flush();
      return;
    }
    if (flush == null) {
      flush = () -> flush(ctx);
    }
    if (!flushing) {
      flushing = true;
      ctx.executor().execute(flush);
    }
  }

  private void flush(ChannelHandlerContext ctx) {
    flushing = false;
    ctx.channel().flush();
  }
}
