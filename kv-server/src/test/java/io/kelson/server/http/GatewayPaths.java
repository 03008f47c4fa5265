package io.kelson.server.http;

import java.util.Map;
import java.util.stream.Collectors;

/** Where the gateway has the calls, for tests elsewhere. */
public final class GatewayPaths {
  private GatewayPaths() {}

  /** The path of each call by its full name. */
  public static Map<String, String> all() {
    return GatewayMethods.ALL.stream()
        .collect(Collectors.toMap(GatewayMethod::name, method -> method.paths().get(0)));
  }
}
