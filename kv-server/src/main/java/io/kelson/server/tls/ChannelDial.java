package io.kelson.server.tls;

import io.grpc.netty.NettyChannelBuilder;
import io.kelson.server.config.UrlList;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;

/** Begins gRPC channels to members' client URLs, with TLS to those that have it. Thread-safe. */
public final class ChannelDial {
  private final SslContext context;

  private ChannelDial(SslContext context) {
    this.context = context;
  }

  /** For members without TLS, and for those whose certificate the Java runtime trusts. */
  public static ChannelDial withoutFiles() {
    return new ChannelDial(null);
  }

  /** With what those contexts show and trust; channels dial again with what is newest then. */
  public static ChannelDial with(TlsContexts contexts) {
    return new ChannelDial(contexts.client());
  }

  /**
   * A channel's builder, by name: the channel looks it up without blocking anybody.
   *
   * @param url as it was checked by {@link UrlList}
   */
  public NettyChannelBuilder to(String url) {
    InetSocketAddress address = UrlList.unresolved(url);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address.getHostString(), address.getPort());
    if (!UrlList.isTls(url)) {
      return builder.usePlaintext();
    }
    return context == null ? builder.useTransportSecurity() : builder.sslContext(context);
  }
}
