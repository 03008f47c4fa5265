package io.kelson.chaos.cluster;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that one member has opened to another: two sockets and a pump each way. All on the
 * proxy's thread.
 *
 * <p>The second socket is opened when the way there is open; until then the first is silent.
 */
final class ProxiedConnection {
  private static final Logger log = LoggerFactory.getLogger(ProxiedConnection.class);

  private final Link there;
  private final Link back;
  private final Channel dialled;
  private final Bootstrap towards;
  private final Consumer<ProxiedConnection> onClose;
  private boolean connecting;
  private boolean closed;
  private Channel target;
  private Pump forward;
  private Pump backward;

  /**
   * Does nothing before {@link #go}.
   *
   * @param there from the member that dialled
   * @param back to the member that dialled
   * @param dialled the socket it dialled, which is not read yet
   * @param towards opens a connection to the other member
   */
  ProxiedConnection(
      Link there,
      Link back,
      Channel dialled,
      Bootstrap towards,
      Consumer<ProxiedConnection> onClose) {
    this.there = there;
    this.back = back;
    this.dialled = dialled;
    this.towards = towards;
    this.onClose = onClose;
  }

  /** Goes on as the rules are now. */
  void ruleChanged() {
    if (forward != null) {
      forward.ruleChanged();
      backward.ruleChanged();
    } else {
      go();
    }
  }

  /** Opens the second socket if the way is open. */
  void go() {
    if (connecting || closed || there.blocked()) {
      return;
    }
    connecting = true;
    towards.connect().addListener(future -> connected((ChannelFuture) future));
  }

  private void connected(ChannelFuture future) {
    if (!future.isSuccess()) {
      log.debug("nobody listens: {}", String.valueOf(future.cause()));
      reset();
      return;
    }
    target = future.channel();
    if (closed) {
      target.close();
      return;
    }
    forward = new Pump(there, dialled, target, this::reset, this::closeIfDone);
    backward = new Pump(back, target, dialled, this::reset, this::closeIfDone);
    dialled.pipeline().addLast(new End(forward, backward));
    target.pipeline().addLast(new End(backward, forward));
    forward.go();
    backward.go();
  }

  /** Ends both sides as a broken connection ends. */
  void reset() {
    abort(dialled);
    if (target != null) {
      abort(target);
    }
    close();
  }

  private void closeIfDone() {
    if (forward.finished() && backward.finished()) {
      close();
    }
  }

  private void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (forward != null) {
      forward.close();
      backward.close();
      target.close();
    }
    dialled.close();
    onClose.accept(this);
  }

  static void abort(Channel channel) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    }
  }

  /** What happens at one of the two sockets. */
  private final class End extends ChannelInboundHandlerAdapter {
    private final Pump from;
    private final Pump into;

    End(Pump from, Pump into) {
      this.from = from;
      this.into = into;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      from.received((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      from.go();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      into.go();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        from.sourceEnded();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      into.close();
      from.sourceEnded();
      closeIfDone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // Reset by the member: the other one hears of it as soon as the rule lets it.
      context.close();
    }
  }
}
