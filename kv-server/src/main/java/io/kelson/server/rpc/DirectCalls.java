package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The short calls to keys, which are nearly all calls there are, served from HTTP/2 frames.
 *
 * <p>Between a frame and a service method gRPC makes some forty objects for a call, which cost more
 * than all the rest of it. What they are there for is decided here by a few looks: a call of one of
 * these methods, with one small message in one frame, from whom nobody needs to know who it is. It
 * is read and answered through the same codec. Every other call is gRPC's, from its first frame,
 * and so is everything that concerns the connection. See
 * docs/decisions/0028-short-calls-from-frames.md. Thread-safe.
 */
public final class DirectCalls {
  private static final AsciiString POST = AsciiString.cached("POST");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");
  private static final AsciiString TRUE = AsciiString.cached("true");
  private static final AsciiString ENCODING = AsciiString.cached("grpc-encoding");
  private static final AsciiString HAS_LEADER = AsciiString.cached("hasleader");
  private static final AsciiString CLIENT_VERSION = AsciiString.cached("client-api-version");

  /**
   * A method that is served so.
   *
   * @param reader reads its requests from bytes, which they may share; null from what is none
   * @param isShort whether this request is one for the service; it is gRPC's otherwise
   * @param service answers it, now or later, on whichever thread
   */
  record Method<Q extends MessageLite, A extends MessageLite>(
      MethodDescriptor<Q, ?> descriptor,
      Function<byte[], Q> reader,
      Predicate<Q> isShort,
      Class<A> response,
      BiConsumer<Q, Reply<SmallAnswer<A>>> service) {
    /** What it is called in lines and by counters. */
    String name() {
      return descriptor.getFullMethodName();
    }
  }

  private final Map<CharSequence, Method<?, ?>> methods = new HashMap<>();
  private final BooleanSupplier isPlain;
  private final SlowRequests slow;
  private final BiFunction<String, CharSequence, ServerStreamTracer> counters;

  /**
   * @param isPlain whether calls need nobody to be known and nothing to be turned away just now;
   *     asked at every call, on its event loop
   * @param slow hears of every call
   * @param counters counts a call by its method's name and the version its client names, or null
   */
  DirectCalls(
      List<Method<?, ?>> methods,
      BooleanSupplier isPlain,
      SlowRequests slow,
      BiFunction<String, CharSequence, ServerStreamTracer> counters) {
    methods.forEach(method -> this.methods.put(AsciiString.cached("/" + method.name()), method));
    this.isPlain = isPlain;
    this.slow = slow;
    this.counters = counters;
  }

  /**
   * Serves such calls of a connection from now on.
   *
   * @param grpc gRPC's handler of the connection, before it has read anything
   */
  public void attach(Http2ConnectionHandler grpc) {
    DirectFrames frames = new DirectFrames(this, grpc);
    grpc.decoder().frameListener(frames);
    grpc.connection().addListener(frames.closings());
  }

  /** The method that is called, or null if the call is gRPC's. */
  Method<?, ?> maybeMethod(Http2Headers headers) {
    CharSequence path = headers.path();
    Method<?, ?> method = path == null ? null : methods.get(path);
    return method != null && isOrdinary(headers) && isPlain.getAsBoolean() ? method : null;
  }

  /** Whether calls need nobody to be known and nothing to be turned away just now. */
  boolean isPlain() {
    return isPlain.getAsBoolean();
  }

  private static boolean isOrdinary(Http2Headers headers) {
    return POST.equals(headers.method())
        && GRPC.equals(headers.get(HttpHeaderNames.CONTENT_TYPE))
        && TRAILERS.equals(headers.get(HttpHeaderNames.TE))
        && !headers.contains(ENCODING)
        && !headers.contains(HttpHeaderNames.CONNECTION)
        && !TRUE.equals(headers.get(HAS_LEADER));
  }

  /** The times of a call that begins now, or null if nobody wants them. */
  CallTimes begin() {
    return slow.begin();
  }

  /** Who counts what becomes of a call. */
  ServerStreamTracer counter(Method<?, ?> method, Http2Headers headers) {
    return counters.apply(method.name(), headers.get(CLIENT_VERSION));
  }

  /** Who hears of calls that are over. */
  SlowRequests slow() {
    return slow;
  }
}
