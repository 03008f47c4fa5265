package io.kelson.server;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.internal.ServerImplBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.UrlList;
import io.kelson.server.http.HealthCheck;
import io.kelson.server.http.PortUnification;
import io.kelson.server.rpc.FlushingServer;
import io.kelson.server.tls.ConnectionGuard;
import io.kelson.server.tls.ListenSchemes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port that clients use: gRPC on the event loops themselves, HTTP/1.1 beside it.
 *
 * <p>Clients may ping every second and without calls: etcdctl pings every two, and being laxer than
 * etcd breaks nobody.
 */
final class ClientPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientPort.class);

  /** What gRPC lets through beyond the largest request, as in etcd. */
  private static final int MAX_MESSAGE_OVERHEAD_BYTES = 512 << 10;

  private final Server server;
  private final HealthStatusManager health;
  private final ListenSchemes schemes;

  private ClientPort(Server server, HealthStatusManager health, ListenSchemes schemes) {
    this.server = server;
    this.health = health;
    this.schemes = schemes;
  }

  /**
   * Starts to listen.
   *
   * @param gate sees every call first
   * @throws StartFailure if an address cannot be listened on
   */
  static ClientPort open(
      ServerConfig config,
      HealthCheck check,
      List<ServerServiceDefinition> services,
      ServerInterceptor gate,
      EventLoops loops,
      ConnectionGuard guard)
      throws StartFailure {
    HealthStatusManager health = new HealthStatusManager();
    List<InetSocketAddress> addresses =
        config.listenClientUrls().stream().map(UrlList::address).toList();
    NettyServerBuilder netty =
        NettyServerBuilder.forAddress(addresses.get(0), PortUnification.credentials(check, guard))
            .bossEventLoopGroup(loops.group())
            .workerEventLoopGroup(loops.group())
            .channelType(EventLoops.serverChannel())
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxInboundMessageSize(config.maxRequestBytes() + MAX_MESSAGE_OVERHEAD_BYTES);
    addresses.stream().skip(1).forEach(netty::addListenAddress);
    ServerImplBuilder server =
        FlushingServer.builder(netty)
            .directExecutor()
            .intercept(gate)
            .addService(health.getHealthService());
    services.forEach(server::addService);
    try {
      ClientPort port =
          new ClientPort(
              server.build().start(), health, new ListenSchemes(config.listenClientUrls()));
      port.urls().forEach(ClientPort::announce);
      return port;
    } catch (IOException e) {
      throw Ports.cannotListen(
          "--listen-client-urls", String.join(",", config.listenClientUrls()), e);
    }
  }

  /** In etcd's words, which supervisors look for. */
  private static void announce(String url) {
    LOG.info(
        UrlList.isTls(url)
            ? "serving client traffic securely: {}"
            : "serving client traffic insecurely; this is strongly discouraged: {}",
        url);
  }

  /** Where it listens, with the ports the system chose. */
  List<String> urls() {
    List<String> urls = new ArrayList<>();
    for (SocketAddress address : server.getListenSockets()) {
      InetSocketAddress bound = (InetSocketAddress) address;
      String host = bound.getAddress().getHostAddress();
      String scheme = schemes.isTls(bound) ? "https://" : "http://";
      urls.add(scheme + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort());
    }
    return List.copyOf(urls);
  }

  /** Closes the door; calls under way go on. */
  void refuseNewCalls() {
    health.enterTerminalState();
    server.shutdown();
  }

  /** Waits for calls under way, but not for ever. */
  void awaitCalls(long atMostMillis) throws InterruptedException {
    server.awaitTermination(atMostMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
