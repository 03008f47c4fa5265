package io.kelson.client;

import java.net.InetSocketAddress;

/**
 * Where an endpoint is.
 *
 * @param scheme whether it speaks TLS
 * @param host a name or a literal address, without brackets
 * @param port from 1 to 65535
 */
record Address(Scheme scheme, String host, int port) {
  /** What stands before {@code ://}. */
  enum Scheme {
    /** {@code http}: never TLS. */
    PLAIN("http://"),

    /** {@code https}: always TLS. */
    TLS("https://"),

    /** Nothing: TLS if the client was set up for it, as in etcd's client. */
    UNSAID("");

    private final String prefix;

    Scheme(String prefix) {
      this.prefix = prefix;
    }

    private static Scheme of(String text) {
      return text.startsWith(TLS.prefix) ? TLS : text.startsWith(PLAIN.prefix) ? PLAIN : UNSAID;
    }
  }

  /** Reads {@code [http[s]://]host:port[/]}. */
  static Address parse(String text) {
    String stripped = text.strip();
    Scheme scheme = Scheme.of(stripped);
    String rest = stripped.substring(scheme.prefix.length());
    rest = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
    int colon = rest.lastIndexOf(':');
    String host = colon < 0 ? "" : unbracketed(rest.substring(0, colon));
    int port = colon < 0 ? 0 : port(rest.substring(colon + 1));
    if (host.isEmpty() || port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "endpoint \"" + text + "\" is not host:port; write it as 127.0.0.1:2379");
    }
    return new Address(scheme, host, port);
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
