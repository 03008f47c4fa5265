package io.kelson.server.http;

import io.grpc.ServerServiceDefinition;
import io.kelson.server.config.HttpSettings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Says what is served over HTTP/1.1, by kind of port. */
public final class HttpPorts implements AutoCloseable {
  private final JsonWork work = new JsonWork();
  private final HttpSettings settings;
  private final MemberHealth health;
  private final MetricsPage metrics;
  private final HttpLimits limits;

  /**
   * @param metrics the page behind {@code /metrics}, or null while there is none
   */
  public HttpPorts(
      HttpSettings settings, MemberHealth health, MetricsPage metrics, HttpLimits limits) {
    this.settings = settings;
    this.health = health;
    this.metrics = metrics;
    this.limits = limits;
  }

  /**
   * For clients: health, version, metrics and the JSON gateway, with CORS and the host whitelist.
   *
   * @param services what the gateway calls, with everything that stands before them
   */
  public HttpPipeline clients(List<ServerServiceDefinition> services) {
    Map<String, Route> routes = new TreeMap<>(common());
    routes.put("/version", new VersionRoute());
    Gateway gateway = settings.gateway() ? new Gateway(services, work, limits) : null;
    AccessRules access = new AccessRules(settings.corsOrigins(), settings.hostWhitelist());
    return new HttpPipeline(new HttpSite(routes, gateway, access, limits));
  }

  /** For {@code --listen-metrics-urls}: health and metrics, to everybody. */
  public HttpPipeline metrics() {
    return new HttpPipeline(new HttpSite(common(), null, null, limits));
  }

  private Map<String, Route> common() {
    Map<String, Route> routes = new TreeMap<>(new HealthRoutes(health).all());
    if (metrics != null) {
      routes.put("/metrics", new MetricsRoute(metrics, work));
    }
    return routes;
  }

  @Override
  public void close() {
    work.close();
  }
}
