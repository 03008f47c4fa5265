package io.kelson.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager how far this process is, as {@code sd_notify} does: a datagram to the
 * socket that {@code NOTIFY_SOCKET} names. Units of type {@code notify} wait for it.
 *
 * <p>Failing to do so is a warning and no more: the member serves all the same.
 */
final class ServiceManager {
  static final String VARIABLE = "NOTIFY_SOCKET";

  private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);
  private static final long LIMIT_SECONDS = 5;

  private final String socket;

  /**
   * @param socket the socket's path, with {@code @} in front for an abstract one; null or empty if
   *     there is no manager to tell
   */
  ServiceManager(String socket) {
    this.socket = socket == null ? "" : socket;
  }

  /** Says that the member serves. */
  void ready() {
    tell("READY=1");
  }

  /** Says that it is about to end. */
  void stopping() {
    tell("STOPPING=1");
  }

  private void tell(String state) {
    if (socket.isEmpty()) {
      return;
    }
    if (!Epoll.isAvailable()) {
      LOG.warn("cannot tell the service manager {}: no Unix sockets without epoll", state);
      return;
    }
    // Twice in the life of a process, so nothing is kept for it.
    IoEventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("kelson-notify", true), EpollIoHandler.newFactory());
    try {
      send(loop, state);
    } finally {
      loop.shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void send(IoEventLoopGroup loop, String state) {
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .handler(new Deaf())
            .connect(address());
    if (!isDone(connected, state)) {
      return;
    }
    Channel channel = connected.channel();
    isDone(channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8)), state);
    channel.close().awaitUninterruptibly(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private boolean isDone(ChannelFuture step, String state) {
    step.awaitUninterruptibly(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!step.isSuccess()) {
      LOG.warn(
          "cannot tell the service manager {} on {}: {}",
          state,
          socket,
          step.isDone() ? step.cause().toString() : "it takes nothing");
    }
    return step.isSuccess();
  }

  private DomainSocketAddress address() {
    return new DomainSocketAddress(socket.startsWith("@") ? "\0" + socket.substring(1) : socket);
  }

  /** Nobody answers. */
  private static final class Deaf extends SimpleChannelInboundHandler<Object> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) {}
  }
}
