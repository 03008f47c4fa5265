package io.kelson.client;

import java.net.InetSocketAddress;

/**
 * Where an endpoint is.
 *
 * @param host a name or a literal address, without brackets
 * @param port from 1 to 65535
 */
record Address(String host, int port) {
  private static final String PLAIN = "http://";

  /** Reads {@code [http://]host:port[/]}. */
  static Address parse(String text) {
    String rest = text.strip();
    if (rest.startsWith("https://")) {
      throw new IllegalArgumentException(
          "endpoint " + text + ": TLS is not available; use http:// or host:port");
    }
    rest = rest.startsWith(PLAIN) ? rest.substring(PLAIN.length()) : rest;
    rest = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
    int colon = rest.lastIndexOf(':');
    String host = colon < 0 ? "" : unbracketed(rest.substring(0, colon));
    int port = colon < 0 ? 0 : port(rest.substring(colon + 1));
    if (host.isEmpty() || port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "endpoint \"" + text + "\" is not host:port; write it as 127.0.0.1:2379");
    }
    return new Address(host, port);
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static int port(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** True when no name service is needed. */
  boolean literal() {
    return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
  }

  InetSocketAddress socketAddress() {
    return new InetSocketAddress(host, port);
  }
}
