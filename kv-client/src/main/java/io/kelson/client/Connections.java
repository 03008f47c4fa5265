package io.kelson.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The threads of a client and the channels made on them. */
final class Connections {
  private static final long CLOSE_MILLIS = 2000;

  private final KelsonClientBuilder options;
  private final SslContext tls;
  private final EventLoopGroup eventLoops;
  private final ExecutorService ownExecutor;
  private final Executor callbacks;

  Connections(KelsonClientBuilder options) {
    this.options = options;
    this.tls = options.usesTls() ? TlsContext.of(options.tls()) : null;
    this.eventLoops =
        new MultiThreadIoEventLoopGroup(
            options.ioThreads(),
            new DefaultThreadFactory("kelson-client-io", true),
            NioIoHandler.newFactory());
    this.ownExecutor =
        options.callbackExecutor() == null
            ? Executors.newCachedThreadPool(new DefaultThreadFactory("kelson-client", true))
            : null;
    this.callbacks = ownExecutor == null ? options.callbackExecutor() : ownExecutor;
  }

  /** For waits; tasks run on an event loop and must be short. */
  ScheduledExecutorService timer() {
    return eventLoops;
  }

  /** Where futures complete and listeners run. */
  Executor callbacks() {
    return callbacks;
  }

  /** A channel to one endpoint, which connects on its first call. */
  ManagedChannel dial(String endpoint) {
    Address address = Address.parse(endpoint);
    NettyChannelBuilder builder =
        address.literal()
            ? NettyChannelBuilder.forAddress(address.socketAddress())
            : NettyChannelBuilder.forAddress(address.host(), address.port());
    return secured(builder, address)
        .eventLoopGroup(eventLoops)
        .channelType(NioSocketChannel.class)
        .executor(callbacks)
        .offloadExecutor(callbacks)
        // Which requests may be repeated is decided in UnaryCalls, with more knowledge.
        .disableRetry()
        .disableServiceConfigLookUp()
        .proxyDetector(target -> null)
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .keepAliveTime(options.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(options.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .withOption(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            (int) Math.min(Integer.MAX_VALUE, options.connectTimeout().toMillis()))
        .build();
  }

  private NettyChannelBuilder secured(NettyChannelBuilder builder, Address address) {
    if (!options.usesTls(address)) {
      return builder.usePlaintext();
    }
    String name = options.tls().serverName();
    return (name == null ? builder : builder.overrideAuthority(name)).sslContext(tls);
  }

  /**
   * Waits for the channels, which are already shut, then ends the threads.
   *
   * <p>Called from one of those threads it does not wait, since it would wait for itself.
   */
  void close(List<ManagedChannel> channels) {
    boolean mayWait = !onEventLoop();
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
    try {
      for (ManagedChannel channel : channels) {
        if (mayWait) {
          channel.awaitTermination(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
      }
      eventLoops.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
      if (mayWait) {
        eventLoops.awaitTermination(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      eventLoops.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
      if (ownExecutor != null) {
        ownExecutor.shutdown();
      }
    }
  }

  private boolean onEventLoop() {
    for (EventExecutor loop : eventLoops) {
      if (loop.inEventLoop()) {
        return true;
      }
    }
    return false;
  }
}
