package io.kelson.server.http;

import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Lets gRPC and HTTP/1.1 share a plaintext port, by the first bytes a client sends.
 *
 * <p>gRPC's server gives every accepted connection to its protocol negotiator: a handler that holds
 * back until it knows what is spoken, and then hands the {@link ProtocolNegotiationEvent} it was
 * given at the start to gRPC's own handlers. Ours waits for the client's first bytes. With the
 * HTTP/2 preface (RFC 9113, section 3.4) it steps aside for gRPC's plaintext negotiator; with
 * anything else it throws gRPC's handlers out and puts an HTTP/1.1 server in their place.
 *
 * <p>A connection that says nothing, and an HTTP/1.1 connection that stays, are closed by gRPC's
 * handshake timeout, which only ends with an HTTP/2 handshake: a client may always connect again.
 */
public final class PortUnification implements ProtocolNegotiator {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_HTTP_BODY_BYTES = 64 << 10;

  private final ProtocolNegotiator grpc = InternalProtocolNegotiators.serverPlaintext();
  private final HealthCheck health;

  private PortUnification(HealthCheck health) {
    this.health = health;
  }

  /** Credentials that make a gRPC server accept both. */
  public static ServerCredentials credentials(HealthCheck health) {
    return InternalNettyServerCredentials.create(new PortUnification(health));
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

    FirstBytes(GrpcHttp2ConnectionHandler grpcHandler) {
      this.grpcHandler = grpcHandler;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
      if (event instanceof ProtocolNegotiationEvent negotiation) {
        kept = negotiation;
      } else {
        super.userEventTriggered(ctx, event);
      }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      if (!startsLikePreface(in)) {
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
      ctx.pipeline().addAfter(ctx.name(), null, grpc.newHandler(grpcHandler));
      ctx.fireUserEventTriggered(kept);
      ctx.pipeline().remove(this);
    }

    private void becomeHttp(ChannelHandlerContext ctx) {
      ChannelPipeline pipeline = ctx.pipeline();
      while (pipeline.last() != this) {
        pipeline.removeLast();
      }
      pipeline.addLast(
          new HttpServerCodec(),
          new HttpObjectAggregator(MAX_HTTP_BODY_BYTES),
          new HttpDoor(health));
      pipeline.remove(this);
    }
  }
}
