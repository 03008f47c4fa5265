package io.kelson.server.tls;

import io.kelson.server.config.UrlList;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * Which listeners speak TLS. URLs of both kinds in one list have ports of their own, which {@link
 * io.kelson.server.config.ServerConfig} sees to. Immutable, thread-safe.
 */
public final class ListenSchemes {
  private final List<InetSocketAddress> tls;
  private final List<InetSocketAddress> plain;

  /**
   * @param urls as they were checked by {@link UrlList}
   */
  public ListenSchemes(List<String> urls) {
    this.tls = urls.stream().filter(UrlList::isTls).map(UrlList::address).toList();
    this.plain = urls.stream().filter(url -> !UrlList.isTls(url)).map(UrlList::address).toList();
  }

  /** Whether the listener bound to that address speaks TLS. */
  public boolean isTls(SocketAddress bound) {
    if (plain.isEmpty() || tls.isEmpty()) {
      return plain.isEmpty();
    }
    // A wildcard address may be reported in another form than it was given in.
    InetSocketAddress at = (InetSocketAddress) bound;
    if (tls.contains(at) || plain.contains(at)) {
      return tls.contains(at);
    }
    return tls.stream().anyMatch(address -> address.getPort() == at.getPort());
  }

  /** Whether any listener speaks TLS. */
  public boolean anyTls() {
    return !tls.isEmpty();
  }
}
