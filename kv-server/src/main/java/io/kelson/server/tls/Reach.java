package io.kelson.server.tls;

import io.kelson.raft.transport.PeerSecurity;
import java.util.List;

/**
 * How somebody who is no running member reaches a cluster's ports.
 *
 * @param clients the way to client ports
 * @param peers the way to peer ports; only for blocking connections
 */
public record Reach(ChannelDial clients, PeerSecurity peers) {
  /** TLS only to those whose certificates the Java runtime trusts. */
  public static Reach withoutFiles() {
    try {
      TlsFiles none = TlsFiles.ofClient(null, null, null);
      return of(none, none);
    } catch (TlsException e) {
      throw new IllegalStateException("no files, and yet one cannot be read", e);
    }
  }

  /**
   * With certificates of its own, and authorities it trusts.
   *
   * @throws TlsException if a file cannot be used
   */
  public static Reach of(TlsFiles clients, TlsFiles peers) throws TlsException {
    return new Reach(
        ChannelDial.with(TlsContexts.ofClient(clients)),
        new PeerTls(
            TlsContexts.ofClient(peers),
            new ListenSchemes(List.of()),
            Runnable::run,
            Runnable::run,
            0,
            null,
            new Refusals("peer", System::nanoTime)));
  }
}
