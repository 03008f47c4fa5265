package io.kelson.bench;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** One driver thread and its connections: what comes from a socket is handled where it is read. */
final class Wire implements AutoCloseable {
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<FrameConnection> dialled = new ArrayList<>();

  Wire(ThreadFactory threads) {
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            threads,
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.loop = group.next();
  }

  /** Adds a connection; before any load. */
  ManagedChannel connect(String endpoint) {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(endpoint)
            .usePlaintext()
            .directExecutor()
            .disableRetry()
            // A page may be as large as the server lets it be.
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .proxyDetector(target -> null)
            .eventLoopGroup(group)
            .channelType(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
            .build();
    channels.add(channel);
    return channel;
  }

  /**
   * Adds a connection whose streams are read frame by frame; before any load.
   *
   * @throws IllegalStateException if nobody listens there
   */
  void dial(String endpoint) {
    dialled.add(
        FrameConnection.connect(
            loop,
            Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class,
            endpoint));
  }

  EventLoop loop() {
    return loop;
  }

  /** The connection of that number, counted round and round. */
  ManagedChannel channel(int number) {
    return channels.get(number % channels.size());
  }

  /** The same of those that are read frame by frame. */
  FrameConnection dialled(int number) {
    return dialled.get(number % dialled.size());
  }

  /** Ends what is in flight with errors. */
  void abort() {
    channels.forEach(ManagedChannel::shutdownNow);
    dialled.forEach(FrameConnection::close);
  }

  @Override
  public void close() {
    abort();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
