package io.kelson.server.tls;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Executor;

/** Guards the client port. Thread-safe. */
final class ClientGuard implements ConnectionGuard {
  private final TlsContexts contexts;
  private final ListenSchemes schemes;
  private final Executor handshakes;
  private final long handshakeTimeoutMillis;
  private final Refusals refusals;

  ClientGuard(
      TlsContexts contexts,
      ListenSchemes schemes,
      Executor handshakes,
      long handshakeTimeoutMillis,
      Refusals refusals) {
    this.contexts = contexts;
    this.schemes = schemes;
    this.handshakes = handshakes;
    this.handshakeTimeoutMillis = handshakeTimeoutMillis;
    this.refusals = refusals;
  }

  @Override
  public void guard(ChannelHandlerContext first) {
    ChannelHandler entrance =
        schemes.isTls(first.channel().parent().localAddress())
            ? new TlsEntrance(
                contexts.server().now(),
                handshakes,
                handshakeTimeoutMillis,
                PlainAnswer.CLIENT,
                refusals,
                new TlsOutcome(
                    (ctx, reason) -> refusals.refused(ctx.channel().remoteAddress(), reason)))
            : new PlainEntrance(refusals);
    first.pipeline().addBefore(first.name(), null, entrance);
  }
}
