package io.kelson.raft.transport;

import java.net.ConnectException;

/** Tells apart why a connection could not be made. */
final class ConnectErrors {
  /** Of the JDK's sockets, in English; in another language the hint is done without. */
  private static final String REFUSED = "Connection refused";

  /** Of Netty's own sockets on Linux: ECONNREFUSED. */
  private static final String REFUSED_BY_LINUX = "failed with error(-111)";

  private ConnectErrors() {}

  /**
   * Whether the other host answered and said that no process has the port. Not if nothing answered,
   * or a firewall or somebody on the way kept the connection from being made, of which some come as
   * exceptions of the same class; nor if that cannot be told apart.
   */
  static boolean isRefusal(Throwable problem) {
    String text = problem.getMessage();
    return problem instanceof ConnectException
        && text != null
        && (text.contains(REFUSED) || text.contains(REFUSED_BY_LINUX));
  }
}
