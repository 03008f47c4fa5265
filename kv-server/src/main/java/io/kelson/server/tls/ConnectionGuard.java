package io.kelson.server.tls;

import io.netty.channel.ChannelHandlerContext;

/** Puts in front of a connection's protocol what its listener promises: TLS, or none. */
@FunctionalInterface
public interface ConnectionGuard {
  /** Every connection is plain. */
  ConnectionGuard NONE = first -> {};

  /**
   * Called once per accepted connection, on its event loop. The handlers come to stand before
   * {@code first}, which hears of a handshake that is through by netty's event.
   */
  void guard(ChannelHandlerContext first);
}
