package io.kelson.server;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.internal.ServerImplBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.kelson.server.config.LimitSettings;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.UrlList;
import io.kelson.server.http.MemberHealth;
import io.kelson.server.http.MetricsPage;
import io.kelson.server.http.PortUnification;
import io.kelson.server.metrics.GrpcMetrics;
import io.kelson.server.rpc.DirectCalls;
import io.kelson.server.rpc.FlushingServer;
import io.kelson.server.tls.ListenSchemes;
import io.kelson.server.tls.ServerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

  /**
   * Calls a connection may give up in a window. Whoever opens and resets streams without end makes
   * a server work for nothing; an honest client gives up a few thousand calls at once at most, when
   * a leader is lost.
   */
  private static final int MAX_RESETS_PER_WINDOW = 10_000;

  private static final int RESET_WINDOW_SECONDS = 10;

  private static final long DEFAULT_KEEP_ALIVE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Server server;
  private final HealthStatusManager health;
  private final HttpDoors http;
  private final ListenSchemes schemes;

  private ClientPort(
      Server server, HealthStatusManager health, HttpDoors http, ListenSchemes schemes) {
    this.server = server;
    this.health = health;
    this.http = http;
    this.schemes = schemes;
  }

  /**
   * Starts to listen.
   *
   * @param gates see every call first, whether it comes by gRPC or as JSON; the last one first of
   *     all
   * @param direct the calls by gRPC that keep those rules themselves
   * @param metrics the page behind {@code /metrics}, or null while there is none
   * @param calls hears of every call, and is told what is served
   * @param tls what stands in front of connections
   * @throws StartFailure if an address cannot be listened on
   */
  static ClientPort open(
      ServerConfig config,
      MemberHealth member,
      MetricsPage metrics,
      List<ServerServiceDefinition> services,
      List<ServerInterceptor> gates,
      DirectCalls direct,
      EventLoops loops,
      GrpcMetrics calls,
      ServerTls tls)
      throws StartFailure {
    HealthStatusManager health = new HealthStatusManager();
    List<ServerServiceDefinition> gated =
        Stream.concat(services.stream(), Stream.of(health.getHealthService().bindService()))
            .map(service -> ServerInterceptors.intercept(service, gates))
            .toList();
    HttpDoors http = HttpDoors.open(config, member, metrics, gated, loops, tls);
    try {
      return open(config, health, http, gated, direct, loops, calls, tls);
    } catch (StartFailure e) {
      http.close();
      throw e;
    }
  }

  private static ClientPort open(
      ServerConfig config,
      HealthStatusManager health,
      HttpDoors http,
      List<ServerServiceDefinition> services,
      DirectCalls direct,
      EventLoops loops,
      GrpcMetrics calls,
      ServerTls tls)
      throws StartFailure {
    LimitSettings limits = config.limits();
    List<InetSocketAddress> addresses =
        config.listenClientUrls().stream().map(UrlList::address).toList();
    NettyServerBuilder netty =
        NettyServerBuilder.forAddress(
                addresses.get(0),
                ConnectionLimit.around(
                    PortUnification.credentials(http.besideGrpc(), tls.clients(), direct::attach),
                    limits.maxConnectionsPerAddress()))
            .bossEventLoopGroup(loops.group())
            .workerEventLoopGroup(loops.group())
            .channelType(EventLoops.serverChannel())
            .permitKeepAliveTime(limits.keepAliveMinTime().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(
                nanosOr(limits.keepAliveInterval(), Long.MAX_VALUE), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(
                nanosOr(limits.keepAliveTimeout(), DEFAULT_KEEP_ALIVE_TIMEOUT_NANOS),
                TimeUnit.NANOSECONDS)
            .maxConcurrentCallsPerConnection(limits.maxConcurrentStreams())
            .maxInboundMessageSize(config.maxRequestBytes() + MAX_MESSAGE_OVERHEAD_BYTES)
            .maxInboundMetadataSize(limits.maxHeaderBytes())
            .maxRstFramesPerWindow(MAX_RESETS_PER_WINDOW, RESET_WINDOW_SECONDS);
    addresses.stream().skip(1).forEach(netty::addListenAddress);
    ServerImplBuilder server =
        FlushingServer.builder(netty)
            .directExecutor()
            .handshakeTimeout(limits.handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .addStreamTracerFactory(calls);
    services.forEach(server::addService);
    calls.serves(services.stream().map(ServerServiceDefinition::getServiceDescriptor).toList());
    try {
      ClientPort port =
          new ClientPort(
              server.build().start(), health, http, new ListenSchemes(config.listenClientUrls()));
      port.urls().forEach(ClientPort::announce);
      return port;
    } catch (IOException e) {
      throw Ports.cannotListen(
          "--listen-client-urls", String.join(",", config.listenClientUrls()), e);
    }
  }

  /** A time, or what zero stands for. */
  private static long nanosOr(Duration time, long ifZero) {
    return time.isZero() ? ifZero : time.toNanos();
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
      urls.add(HttpDoors.url(bound, schemes.isTls(bound)));
    }
    return List.copyOf(urls);
  }

  /** The doors that speak HTTP only. */
  HttpDoors http() {
    return http;
  }

  /** Closes the door; calls under way go on. */
  void refuseNewCalls() {
    health.enterTerminalState();
    server.shutdown();
    http.refuseNewCalls();
  }

  /** Waits for calls under way, but not for ever. */
  void awaitCalls(long atMostMillis) throws InterruptedException {
    server.awaitTermination(atMostMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    server.shutdownNow();
    http.close();
  }
}
