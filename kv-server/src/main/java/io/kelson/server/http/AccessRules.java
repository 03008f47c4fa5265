package io.kelson.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Set;

/**
 * Which origins browsers may call from, and by which names plain requests may call this host.
 *
 * <p>The second keeps a web page from reaching a member through a name of its own that it has made
 * point here (DNS rebinding). Over TLS the certificate sees to that.
 */
final class AccessRules {
  private static final String ALL = "*";

  private final Set<String> origins;
  private final Set<String> hosts;

  AccessRules(List<String> origins, List<String> hosts) {
    this.origins = Set.copyOf(origins);
    this.hosts = Set.copyOf(hosts);
  }

  /** Whether a browser may read the answer; requests without an origin come from no browser. */
  boolean allowsOrigin(HttpHeaders request) {
    String origin = request.get(HttpHeaderNames.ORIGIN);
    return origin == null || origins.contains(ALL) || origins.contains(origin);
  }

  /** Puts into an answer what browsers want to see. */
  void describe(HttpHeaders request, HttpHeaders answer) {
    String origin = request.get(HttpHeaderNames.ORIGIN);
    String allowed =
        origins.contains(ALL) ? ALL : origin != null && origins.contains(origin) ? origin : null;
    if (allowed != null) {
      answer
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS, PUT, DELETE")
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowed)
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, authorization");
    }
    if (!origins.contains(ALL)) {
      answer.set(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }
  }

  /** Whether this host may be called by that name. */
  boolean allowsHost(String host) {
    return hosts.isEmpty() || hosts.contains(ALL) || hosts.contains(host);
  }

  /** The name in a {@code Host} header: without port, without brackets. */
  static String hostName(HttpHeaders request) {
    String host = request.get(HttpHeaderNames.HOST, "");
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return end < 0 ? host : host.substring(1, end);
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }
}
