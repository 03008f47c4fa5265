package io.kelson.raft.transport;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The event loops a transport runs on, its own or somebody else's, and the kind of socket that goes
 * with them.
 *
 * @param messages the one for all connections that carry messages, to and from every peer: a step
 *     sends to several peers and their answers come close together, so one loop is woken where
 *     several would be, and waking costs more than what there is to do
 */
record EventLoops(
    IoEventLoopGroup group,
    EventLoop messages,
    boolean owned,
    Class<? extends Channel> socketType,
    Class<? extends ServerChannel> serverSocketType) {
  /** How the threads of owned event loops are named. */
  static final String THREAD_PREFIX = "kelson-peer-io";

  private static final long SHUTDOWN_LIMIT_SECONDS = 5;

  /** The given event loops if there are any, new ones otherwise. */
  static EventLoops of(IoEventLoopGroup givenOrNull, int threadsOtherwise) {
    return givenOrNull == null
        ? around(ownGroup(threadsOtherwise), true)
        : around(givenOrNull, false);
  }

  private static IoEventLoopGroup ownGroup(int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads,
        new DefaultThreadFactory(THREAD_PREFIX, true),
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  private static EventLoops around(IoEventLoopGroup group, boolean owned) {
    EventLoop messages = group.next();
    if (group.isIoType(EpollIoHandler.class)) {
      return new EventLoops(
          group, messages, owned, EpollSocketChannel.class, EpollServerSocketChannel.class);
    }
    if (group.isIoType(NioIoHandler.class)) {
      return new EventLoops(
          group, messages, owned, NioSocketChannel.class, NioServerSocketChannel.class);
    }
    throw new IllegalArgumentException("peers need event loops of epoll or NIO, not " + group);
  }

  /** Ends the threads if they are owned, waiting for them unless called on one of them. */
  void release() {
    if (!owned) {
      return;
    }
    group.shutdownGracefully(0, SHUTDOWN_LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!onOneOfThem()) {
      group.terminationFuture().awaitUninterruptibly(2 * SHUTDOWN_LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Whether the calling thread is one of the event loops, which must not wait for themselves. */
  boolean onOneOfThem() {
    for (var executor : group) {
      if (executor.inEventLoop()) {
        return true;
      }
    }
    return false;
  }
}
