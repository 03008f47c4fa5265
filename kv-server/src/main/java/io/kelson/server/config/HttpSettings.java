package io.kelson.server.config;

import java.util.List;

/**
 * What is served over HTTP/1.1, and where.
 *
 * @param listenClientHttpUrls where HTTP/1.1 is served instead of beside gRPC; empty: beside it
 * @param listenMetricsUrls where metrics and health are served in addition; empty: nowhere
 * @param gateway whether the JSON gateway is there
 * @param extensiveMetrics whether to count how long every call took, by method
 * @param corsOrigins origins that browsers may call from; {@code *} is all
 * @param hostWhitelist names that a plain request may call this host; {@code *} is all
 */
public record HttpSettings(
    List<String> listenClientHttpUrls,
    List<String> listenMetricsUrls,
    boolean gateway,
    boolean extensiveMetrics,
    List<String> corsOrigins,
    List<String> hostWhitelist) {
  /** As etcd: the gateway is on, everybody may call. */
  public static final HttpSettings DEFAULT =
      new HttpSettings(List.of(), List.of(), true, false, List.of("*"), List.of("*"));

  public HttpSettings {
    listenClientHttpUrls = List.copyOf(listenClientHttpUrls);
    listenMetricsUrls = List.copyOf(listenMetricsUrls);
    corsOrigins = List.copyOf(corsOrigins);
    hostWhitelist = List.copyOf(hostWhitelist);
  }

  /** The same with other addresses for metrics. */
  public HttpSettings withListenMetricsUrls(List<String> urls) {
    return new HttpSettings(
        listenClientHttpUrls, urls, gateway, extensiveMetrics, corsOrigins, hostWhitelist);
  }
}
