package io.kelson.server.http;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.InternalChannelz;
import io.grpc.SecurityLevel;
import io.grpc.internal.GrpcAttributes;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLSession;

/**
 * Tells gRPC that a connection is TLS, so that its calls carry the session with the certificate.
 */
final class TlsCalls {
  private TlsCalls() {}

  /** Takes over a connection whose event says everything. */
  static ChannelHandler handler(GrpcHttp2ConnectionHandler grpcHandler) {
    return InternalProtocolNegotiators.grpcNegotiationHandler(grpcHandler);
  }

  /** The event with what calls on that connection can look up. */
  static ProtocolNegotiationEvent event(
      ProtocolNegotiationEvent event, Channel channel, SslHandler tls) {
    SSLSession session = tls.engine().getSession();
    Attributes attributes =
        InternalProtocolNegotiationEvent.getAttributes(event).toBuilder()
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, channel.localAddress())
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, channel.remoteAddress())
            .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session)
            .set(GrpcAttributes.ATTR_SECURITY_LEVEL, SecurityLevel.PRIVACY_AND_INTEGRITY)
            .build();
    return InternalProtocolNegotiationEvent.withSecurity(
        InternalProtocolNegotiationEvent.withAttributes(event, attributes),
        new InternalChannelz.Security(new InternalChannelz.Tls(session)));
  }
}
