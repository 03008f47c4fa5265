package io.kelson.server;

import io.kelson.server.config.UrlList;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/** Looks whether addresses can be listened on, before anything on disk is touched. */
final class Ports {
  private Ports() {}

  /**
   * Binds each address and lets it go again. Somebody else may still be quicker later on; then
   * listening itself fails with the same message.
   *
   * @throws StartFailure naming the address that is taken or not this machine's
   */
  static void requireFree(String flag, List<String> urls) throws StartFailure {
    for (String url : urls) {
      InetSocketAddress address = UrlList.address(url);
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(address);
      } catch (IOException e) {
        throw cannotListen(flag, url, e);
      }
    }
  }

  static StartFailure cannotListen(String flag, String urls, Exception cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new StartFailure(
        "cannot listen on %s: %s; stop whoever uses it (ss -ltnp shows them) or change %s"
            .formatted(urls, root.getMessage(), flag),
        cause);
  }
}
