package io.kelson.server.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;

/**
 * Stands behind TLS until the handshake is over. If it fails, somebody is told once, and the
 * handlers behind hear of it only if they are to.
 */
final class TlsOutcome extends ChannelInboundHandlerAdapter {
  private final BiConsumer<ChannelHandlerContext, String> onFailure;
  private boolean failed;

  /**
   * @param onFailure given the reason; the connection is closed after that
   */
  TlsOutcome(BiConsumer<ChannelHandlerContext, String> onFailure) {
    this.onFailure = onFailure;
  }

  /** Tells the handlers behind. */
  static void passOn(ChannelHandlerContext ctx, String reason) {
    ctx.fireExceptionCaught(new SSLException(reason));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (!(event instanceof SslHandshakeCompletionEvent done)) {
      super.userEventTriggered(ctx, event);
    } else if (done.isSuccess()) {
      ctx.fireUserEventTriggered(event);
      ctx.pipeline().remove(this);
    } else if (!failed) {
      failed = true;
      onFailure.accept(ctx, Refusals.reason(done.cause()));
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The same failure once more, on its way through the pipeline.
    if (!failed) {
      ctx.fireExceptionCaught(cause);
    }
  }
}
