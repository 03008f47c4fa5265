package io.kelson.raft.transport;

/**
 * Where a peer listens; the host is looked up anew each time it is dialled.
 *
 * @param host a name or a literal address
 * @param port 1 to 65535
 * @param isTls whether the peer expects TLS there
 */
public record PeerAddress(String host, int port, boolean isTls) {
  public PeerAddress {
    if (host == null || host.isBlank()) {
      throw new IllegalArgumentException("a peer address needs a host, port was " + port);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "port " + port + " of peer address " + host + " is not in 1..65535");
    }
  }

  /** Where a peer listens without TLS. */
  public PeerAddress(String host, int port) {
    this(host, port, false);
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
