package io.kelson.server.http;

import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.kelson.server.tls.ConnectionGuard;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lets gRPC and HTTP/1.1 share a port, by the first bytes a client sends.
 *
 * <p>gRPC's server gives every accepted connection to its protocol negotiator: a handler that holds
 * back until it knows what is spoken, and then hands the {@link ProtocolNegotiationEvent} it was
 * given at the start to gRPC's own handlers. Ours waits for the client's first bytes. With the
 * HTTP/2 preface (RFC 9113, section 3.4) it steps aside for gRPC's plaintext negotiator; with
 * anything else it throws gRPC's handlers out and puts an HTTP/1.1 server in their place.
 *
 * <p>With TLS in front, a client that has chosen HTTP/2 in ALPN is gRPC's at once; the others are
 * told apart by their first bytes all the same.
 *
 * <p>A connection that says nothing is closed by gRPC's handshake timeout, which only ends with an
 * HTTP/2 handshake; for those that speak HTTP/1.1 it does not count (see {@link Draining}).
 */
public final class PortUnification implements ProtocolNegotiator {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ProtocolNegotiator grpc = InternalProtocolNegotiators.serverPlaintext();
  private final HttpPipeline http;
  private final ConnectionGuard guard;
  private final Consumer<Http2ConnectionHandler> beside;

  private PortUnification(
      HttpPipeline http, ConnectionGuard guard, Consumer<Http2ConnectionHandler> beside) {
    this.http = http;
    this.guard = guard;
    this.beside = beside;
  }

  /** As {@link #credentials(HttpPipeline, ConnectionGuard)}, without anything in front. */
  public static ServerCredentials credentials(HttpPipeline http) {
    return credentials(http, ConnectionGuard.NONE);
  }

  /**
   * Credentials that make a gRPC server accept both.
   *
   * @param http what to do with a connection that speaks HTTP/1.1; null to close it, where HTTP is
   *     served elsewhere
   * @param guard what to put in front of each connection
   */
  public static ServerCredentials credentials(HttpPipeline http, ConnectionGuard guard) {
    return credentials(http, guard, grpc -> {});
  }

  /**
   * The same.
   *
   * @param beside given gRPC's handler of each connection that speaks HTTP/2, before it has read
   *     anything; on the connection's event loop
   */
  public static ServerCredentials credentials(
      HttpPipeline http, ConnectionGuard guard, Consumer<Http2ConnectionHandler> beside) {
    return InternalNettyServerCredentials.create(new PortUnification(http, guard, beside));
  }

  @Override
  public AsciiString scheme() {
    return grpc.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
    return new FirstBytes(grpcHandler);
  }

  @Override
  public void close() {
    grpc.close();
  }

  private final class FirstBytes extends ByteToMessageDecoder {
    private final GrpcHttp2ConnectionHandler grpcHandler;
    private ProtocolNegotiationEvent kept;
    private SslHandler tls;

    FirstBytes(GrpcHttp2ConnectionHandler grpcHandler) {
      this.grpcHandler = grpcHandler;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      guard.guard(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
      if (event instanceof ProtocolNegotiationEvent negotiation) {
        kept = negotiation;
      } else if (event instanceof SslHandshakeCompletionEvent) {
        tls = ctx.pipeline().get(SslHandler.class);
      } else {
        super.userEventTriggered(ctx, event);
      }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      if (tls != null && ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
        becomeGrpc(ctx);
      } else if (!startsLikePreface(in)) {
        becomeHttp(ctx);
      } else if (in.readableBytes() >= PREFACE.length) {
        becomeGrpc(ctx);
      }
    }

    private boolean startsLikePreface(ByteBuf in) {
      int length = Math.min(in.readableBytes(), PREFACE.length);
      for (int i = 0; i < length; i++) {
        if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
          return false;
        }
      }
      return true;
    }

    /** On removal the bytes read so far go on to the next handler, which is gRPC's by then. */
    private void becomeGrpc(ChannelHandlerContext ctx) {
      beside.accept(grpcHandler);
      ctx.pipeline()
          .addAfter(
              ctx.name(),
              null,
              tls == null ? grpc.newHandler(grpcHandler) : TlsCalls.handler(grpcHandler));
      ctx.fireUserEventTriggered(tls == null ? kept : TlsCalls.event(kept, ctx.channel(), tls));
      ctx.pipeline().remove(this);
    }

    private void becomeHttp(ChannelHandlerContext ctx) {
      ChannelPipeline pipeline = ctx.pipeline();
      while (pipeline.last() != this) {
        pipeline.removeLast();
      }
      if (http == null) {
        ctx.close();
        return;
      }
      http.install(pipeline);
      pipeline.remove(this);
    }
  }
}
