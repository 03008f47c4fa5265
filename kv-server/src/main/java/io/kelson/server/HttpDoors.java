package io.kelson.server;

import io.grpc.ServerServiceDefinition;
import io.kelson.server.config.HttpSettings;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.UrlList;
import io.kelson.server.http.HttpLimits;
import io.kelson.server.http.HttpListener;
import io.kelson.server.http.HttpPipeline;
import io.kelson.server.http.HttpPorts;
import io.kelson.server.http.MemberHealth;
import io.kelson.server.http.MetricsPage;
import io.kelson.server.tls.ConnectionGuard;
import io.kelson.server.tls.ListenSchemes;
import io.kelson.server.tls.ServerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a member speaks HTTP/1.1: beside gRPC or on ports apart, and on those for metrics. */
final class HttpDoors implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpDoors.class);

  private final Stack opened = new Stack();
  private HttpPipeline besideGrpc;
  private HttpListener clients;
  private HttpListener metrics;
  private final ListenSchemes clientSchemes;
  private final ListenSchemes metricsSchemes;

  private HttpDoors(HttpSettings settings) {
    clientSchemes = new ListenSchemes(settings.listenClientHttpUrls());
    metricsSchemes = new ListenSchemes(settings.listenMetricsUrls());
  }

  /**
   * Starts to listen on the ports that speak nothing else.
   *
   * @param services what the JSON gateway calls
   * @param tls what stands in front of connections to https URLs: the client port's certificates
   * @throws StartFailure if an address cannot be listened on; nothing is listened on then
   */
  static HttpDoors open(
      ServerConfig config,
      MemberHealth member,
      MetricsPage page,
      List<ServerServiceDefinition> services,
      EventLoops loops,
      ServerTls tls)
      throws StartFailure {
    HttpSettings settings = config.http();
    HttpDoors doors = new HttpDoors(settings);
    HttpPorts ports =
        doors.opened.push(
            new HttpPorts(
                settings,
                member,
                page,
                HttpLimits.forRequests(
                    config.maxRequestBytes(), config.limits().maxHeaderBytes())));
    HttpPipeline forClients = ports.clients(services);
    try {
      if (settings.listenClientHttpUrls().isEmpty()) {
        doors.besideGrpc = forClients;
      } else {
        doors.clients =
            doors.listen(
                "--listen-client-http-urls",
                settings.listenClientHttpUrls(),
                forClients,
                loops,
                tls);
      }
      if (!settings.listenMetricsUrls().isEmpty()) {
        doors.metrics =
            doors.listen(
                "--listen-metrics-urls", settings.listenMetricsUrls(), ports.metrics(), loops, tls);
      }
      return doors;
    } catch (StartFailure e) {
      doors.close();
      throw e;
    }
  }

  private HttpListener listen(
      String flag, List<String> urls, HttpPipeline pipeline, EventLoops loops, ServerTls tls)
      throws StartFailure {
    ListenSchemes schemes = new ListenSchemes(urls);
    ConnectionGuard guard = tls.clients(schemes);
    try {
      HttpListener listener =
          opened.push(
              HttpListener.open(
                  urls.stream().map(UrlList::address).toList(),
                  loops.group(),
                  EventLoops.serverChannel(),
                  connection -> {
                    pipeline.install(connection.pipeline());
                    guard.guard(connection.pipeline().firstContext());
                  }));
      urls(listener, schemes).forEach(url -> LOG.info("serving HTTP of {} at {}", flag, url));
      return listener;
    } catch (IOException e) {
      throw Ports.cannotListen(flag, String.join(",", urls), e);
    }
  }

  /** What to do with HTTP connections to the gRPC port; null if they are served elsewhere. */
  HttpPipeline besideGrpc() {
    return besideGrpc;
  }

  /** Where clients find HTTP apart from gRPC; empty if it is beside it. */
  List<String> clientUrls() {
    return urls(clients, clientSchemes);
  }

  /** Where metrics and health are served in addition. */
  List<String> metricsUrls() {
    return urls(metrics, metricsSchemes);
  }

  private static List<String> urls(HttpListener listener, ListenSchemes schemes) {
    return listener == null
        ? List.of()
        : listener.addresses().stream().map(at -> url(at, schemes.isTls(at))).toList();
  }

  /** How to write an address that is listened on. */
  static String url(InetSocketAddress bound, boolean isTls) {
    String host = bound.getAddress().getHostAddress();
    String scheme = isTls ? "https://" : "http://";
    return scheme + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort();
  }

  /** Clients are accepted no more; whoever asks how this member is still learns it. */
  void refuseNewCalls() {
    if (clients != null) {
      clients.refuseNewCalls();
    }
  }

  @Override
  public void close() {
    opened.close();
  }
}
