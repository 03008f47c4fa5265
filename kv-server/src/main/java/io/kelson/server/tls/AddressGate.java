package io.kelson.server.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Holds back what a member sends until {@link AddressCheck} has looked its names up, on a thread
 * that may wait for the name server. What it may hold is what one read has brought.
 */
final class AddressGate extends ChannelInboundHandlerAdapter {
  private final AddressCheck check;
  private final Executor lookups;
  private final Refusals refusals;
  private final Queue<Object> held = new ArrayDeque<>();

  AddressGate(AddressCheck check, Executor lookups, Refusals refusals) {
    this.check = check;
    this.lookups = lookups;
    this.refusals = refusals;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
      ctx.channel().config().setAutoRead(false);
      look(ctx);
    }
    super.userEventTriggered(ctx, event);
  }

  private void look(ChannelHandlerContext ctx) {
    X509Certificate certificate = certificate(ctx);
    InetSocketAddress remote = (InetSocketAddress) ctx.channel().remoteAddress();
    if (certificate == null || remote == null) {
      // Nobody was asked for one, or the connection is gone already.
      open(ctx);
      return;
    }
    try {
      lookups.execute(
          () -> {
            Optional<String> objection = check.objection(certificate, remote.getAddress());
            ctx.executor().execute(() -> decide(ctx, objection));
          });
    } catch (RejectedExecutionException e) {
      decide(ctx, Optional.of("too many members connect at once; it will try again"));
    }
  }

  private static X509Certificate certificate(ChannelHandlerContext ctx) {
    try {
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      return (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  private void decide(ChannelHandlerContext ctx, Optional<String> objection) {
    if (objection.isEmpty()) {
      open(ctx);
    } else if (!ctx.isRemoved()) {
      refusals.refused(ctx.channel().remoteAddress(), objection.get());
      TlsOutcome.passOn(ctx, objection.get());
      ctx.close();
    }
  }

  private void open(ChannelHandlerContext ctx) {
    if (ctx.isRemoved()) {
      return;
    }
    boolean any = !held.isEmpty();
    for (Object message = held.poll(); message != null; message = held.poll()) {
      ctx.fireChannelRead(message);
    }
    if (any) {
      ctx.fireChannelReadComplete();
    }
    ctx.channel().config().setAutoRead(true);
    ctx.pipeline().remove(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    held.add(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    // Nothing went on, so nothing is complete.
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    held.forEach(ReferenceCountUtil::release);
    held.clear();
  }
}
