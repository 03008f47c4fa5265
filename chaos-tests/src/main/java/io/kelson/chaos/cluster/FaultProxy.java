package io.kelson.chaos.cluster;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of every member's peer port and lets bytes through as the rules say, for each
 * pair of members and each direction apart. Thread-safe.
 *
 * <p>A rule is about who sends and who receives, not about who dialled: it holds for the forward
 * direction of connections that the sender opened and for the backward direction of those that the
 * receiver opened. Kelson sends on connections of the sender, etcd on connections of both.
 */
public final class FaultProxy implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FaultProxy.class);
  private static final int CHUNK_BYTES = 16 << 10;
  private static final int BACKLOG = 256;

  /** Who has opened a connection. */
  interface Dialler {
    /** The member with this end of a loopback connection; empty if it is none. */
    OptionalInt memberOf(int localPort, int remotePort) throws IOException;
  }

  private final Dialler dialler;
  private final Link[][] links;
  private final ExecutorService lookups =
      Executors.newSingleThreadExecutor(task -> daemon(task, "proxy-lookup"));

  /** One thread for all: a rule holds for all connections from one moment on. */
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, (ThreadFactory) task -> daemon(task, "proxy"), NioIoHandler.newFactory());

  private final AtomicLong strangers = new AtomicLong();
  private final List<Channel> listeners = new ArrayList<>();
  private final Set<ProxiedConnection> connections = new LinkedHashSet<>();

  /**
   * A proxy without listeners, every link open.
   *
   * @param capacity how many members there may be at most
   * @param seed of jitter and resets
   */
  FaultProxy(int capacity, long seed, Dialler dialler) {
    this.dialler = dialler;
    this.links = new Link[capacity][capacity];
    SplittableRandom random = new SplittableRandom(seed);
    for (Link[] row : links) {
      for (int to = 0; to < capacity; to++) {
        row[to] = new Link(random.split());
      }
    }
  }

  /**
   * Opens a way to a member.
   *
   * @param targetPort where it really listens, on loopback
   * @return the port where the others find it from now on
   */
  int listen(int member, int targetPort) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Bootstrap towards =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.RECVBUF_ALLOCATOR, chunks())
            // One that may be added to many channels: the bootstrap is used for all of them.
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel towardsMember) {}
                })
            .remoteAddress(new InetSocketAddress(loopback, targetPort));
    Channel listener =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, chunks())
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel dialled) {
                    lookups.execute(() -> identify(member, dialled, towards));
                  }
                })
            .bind(loopback, 0)
            .syncUninterruptibly()
            .channel();
    synchronized (listeners) {
      listeners.add(listener);
    }
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Sets the rule of one direction; it holds when this returns. */
  void link(int from, int to, LinkRule rule) {
    onLoop(
        () -> {
          links[from][to].setRule(rule, System.nanoTime());
          List.copyOf(connections).forEach(ProxiedConnection::ruleChanged);
        });
  }

  /** Opens every link. */
  void openLinks() {
    onLoop(
        () -> {
          for (Link[] row : links) {
            for (Link link : row) {
              link.setRule(LinkRule.OPEN, System.nanoTime());
            }
          }
          List.copyOf(connections).forEach(ProxiedConnection::ruleChanged);
        });
  }

  /** What has happened so far to the bytes from one member to another. */
  LinkStats.Counts counts(int from, int to) {
    return links[from][to].counts();
  }

  /** Connections that were turned away because no member had opened them. */
  long strangers() {
    return strangers.get();
  }

  @Override
  public void close() {
    lookups.shutdownNow();
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private void identify(int target, Channel dialled, Bootstrap towards) {
    OptionalInt from = OptionalInt.empty();
    int port = 0;
    if (dialled.remoteAddress() instanceof InetSocketAddress remote
        && dialled.localAddress() instanceof InetSocketAddress local) {
      port = remote.getPort();
      try {
        from = dialler.memberOf(remote.getPort(), local.getPort());
      } catch (IOException e) {
        log.warn("nobody knows who dialled member {} from port {}", target, port, e);
      }
    }
    if (from.isEmpty()) {
      strangers.incrementAndGet();
      log.debug("member {} was dialled from port {} by no member", target, port);
      loop.execute(() -> ProxiedConnection.abort(dialled));
      return;
    }
    int source = from.getAsInt();
    loop.execute(() -> admit(source, target, dialled, towards));
  }

  private void admit(int source, int target, Channel dialled, Bootstrap towards) {
    ProxiedConnection connection =
        new ProxiedConnection(
            links[source][target], links[target][source], dialled, towards, connections::remove);
    connections.add(connection);
    connection.go();
  }

  private void onLoop(Runnable task) {
    loop.submit(task).syncUninterruptibly();
  }

  private static FixedRecvByteBufAllocator chunks() {
    FixedRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(CHUNK_BYTES);
    allocator.maxMessagesPerRead(1);
    return allocator;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
