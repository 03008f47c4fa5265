package io.kelson.chaos.cluster;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  /** Finds out who has opened connections. */
  interface Dialler {
    /** Looks now, at every connection that is open now. */
    Look look() throws IOException;
  }

  /** What was seen. */
  interface Look {
    /** The member with this end of a loopback connection; empty if it is none. */
    OptionalInt memberOf(int localPort, int remotePort);
  }

  /** A connection of which it is not known yet who opened it. */
  private record Newcomer(int target, Channel dialled, Bootstrap towards) {}

  private final Dialler dialler;
  private final Link[][] links;
  private final ExecutorService lookups =
      Executors.newSingleThreadExecutor(task -> daemon(task, "proxy-lookup"));

  /** One thread for all: a rule holds for all connections from one moment on. */
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, (ThreadFactory) task -> daemon(task, "proxy"), NioIoHandler.newFactory());

  private final Queue<Newcomer> newcomers = new ConcurrentLinkedQueue<>();
  private final AtomicLong strangers = new AtomicLong();
  private final Map<Integer, PeerPort> ports = new ConcurrentHashMap<>();

  /** Those that are open, and to which member they lead. */
  private final Map<ProxiedConnection, Integer> connections = new LinkedHashMap<>();

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
            .handler(new NoHandler())
            .remoteAddress(new InetSocketAddress(loopback, targetPort));
    ServerBootstrap bootstrap =
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
                    newcomers.add(new Newcomer(member, dialled, towards));
                    lookups.execute(FaultProxy.this::identifyAll);
                  }
                });
    PeerPort port = PeerPort.open(bootstrap, new InetSocketAddress(loopback, 0));
    ports.put(member, port);
    return port.address().getPort();
  }

  /** The process of a member ends, or is about to be started; its port does as a real one. */
  void down(int member, boolean isDown) {
    ports.get(member).setDown(isDown);
  }

  /** Ends all connections to a member and turns new ones away, or lets them in again. */
  void refuse(int member, boolean refuses) {
    ports.get(member).setRefuses(refuses);
    if (refuses) {
      onLoop(
          () ->
              List.copyOf(connections.entrySet()).stream()
                  .filter(entry -> entry.getValue() == member)
                  .forEach(entry -> entry.getKey().reset()));
    }
  }

  /** Where the others find a member. */
  InetSocketAddress address(int member) {
    return ports.get(member).address();
  }

  /** Sets the rule of one direction; it holds when this returns. */
  void link(int from, int to, LinkRule rule) {
    onLoop(
        () -> {
          links[from][to].setRule(rule, System.nanoTime());
          List.copyOf(connections.keySet()).forEach(ProxiedConnection::ruleChanged);
        });
  }

  /** Opens every link, and every port whose member lives. */
  void openLinks() {
    ports.values().forEach(port -> port.setRefuses(false));
    onLoop(
        () -> {
          for (Link[] row : links) {
            for (Link link : row) {
              link.setRule(LinkRule.OPEN, System.nanoTime());
            }
          }
          List.copyOf(connections.keySet()).forEach(ProxiedConnection::ruleChanged);
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
    for (PeerPort port : ports.values()) {
      try {
        port.close();
      } catch (IOException e) {
        log.warn("port {} was not given up", port.address(), e);
      }
    }
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  /** All that have come by now, with one look: the next task may find none left. */
  private void identifyAll() {
    List<Newcomer> waiting = new ArrayList<>();
    for (Newcomer next = newcomers.poll(); next != null; next = newcomers.poll()) {
      waiting.add(next);
    }
    if (waiting.isEmpty()) {
      return;
    }
    Look look;
    try {
      look = dialler.look();
    } catch (IOException e) {
      log.warn("nobody knows who has dialled", e);
      look = (local, remote) -> OptionalInt.empty();
    }
    for (Newcomer newcomer : waiting) {
      OptionalInt from = dialler(look, newcomer.dialled);
      loop.execute(() -> admit(from, newcomer));
    }
  }

  private static OptionalInt dialler(Look look, Channel dialled) {
    return dialled.remoteAddress() instanceof InetSocketAddress remote
            && dialled.localAddress() instanceof InetSocketAddress local
        ? look.memberOf(remote.getPort(), local.getPort())
        : OptionalInt.empty();
  }

  private void admit(OptionalInt from, Newcomer newcomer) {
    if (from.isEmpty()) {
      strangers.incrementAndGet();
      log.debug("member {} was dialled by no member: {}", newcomer.target, newcomer.dialled);
      ProxiedConnection.abort(newcomer.dialled);
      return;
    }
    Link there = links[from.getAsInt()][newcomer.target];
    Link back = links[newcomer.target][from.getAsInt()];
    ProxiedConnection connection =
        new ProxiedConnection(there, back, newcomer.dialled, newcomer.towards, connections::remove);
    connections.put(connection, newcomer.target);
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

  /** A connection to a member has its handlers when it is known to be one. */
  @ChannelHandler.Sharable
  private static final class NoHandler extends ChannelInboundHandlerAdapter {}
}
