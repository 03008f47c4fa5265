package io.kelson.raft.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * The listening side: accepts connections, and keeps the newest of each peer.
 *
 * <p>A peer dials again only when it has given up on its last connection, so that one is closed as
 * soon as a newer one was accepted. How many may be there without having said who they are is
 * bounded.
 */
final class Acceptor {
  /** How many connections may be open that have not said who they are. */
  static final int MAX_STRANGERS = 256;

  private final TransportOptions options;
  private final EventLoops loops;
  private final Handshake handshake;
  private final LongPredicate knownPeers;
  private final LongConsumer onAccepted;
  private final List<Channel> listening = new ArrayList<>();
  private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
  private final Map<Long, Channel> newestByPeer = new ConcurrentHashMap<>();
  private final AtomicInteger strangers = new AtomicInteger();
  private volatile SnapshotStreams.Entrance snapshots;
  private volatile Supplier<byte[]> description = () -> new byte[0];
  private volatile Set<Long> removed = Set.of();
  private volatile boolean closing;

  Acceptor(
      TransportOptions options,
      EventLoops loops,
      LongPredicate knownPeers,
      LongConsumer onAccepted) {
    this.options = options;
    this.loops = loops;
    this.handshake = new Handshake(options.selfId(), options.clusterId());
    this.knownPeers = knownPeers;
    this.onAccepted = onAccepted;
  }

  LongPredicate knownPeers() {
    return knownPeers;
  }

  /** Who takes connections for snapshots; null if nobody. */
  SnapshotStreams.Entrance snapshots() {
    return snapshots;
  }

  void snapshots(SnapshotStreams.Entrance acceptor) {
    snapshots = acceptor;
  }

  /** What those are told who want to join; empty if it is not known yet. */
  byte[] description() {
    return description.get();
  }

  void description(Supplier<byte[]> source) {
    description = source;
  }

  /** Whether somebody was a member and never will be again. */
  boolean isRemoved(long id) {
    return removed.contains(id);
  }

  void removed(Set<Long> ids) {
    removed = ids;
  }

  /** The handshake is through, and the connection is not for messages: it replaces none. */
  void handedOver() {
    strangers.decrementAndGet();
  }

  /**
   * Starts to listen on all addresses.
   *
   * @throws UncheckedIOException if one of them cannot be bound; close then
   */
  void listen(PeerTransport.Handler handler) {
    for (InetSocketAddress address : options.listen()) {
      ChannelFuture bound = bootstrap(handler).bind(address).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new UncheckedIOException(
            new IOException(
                "cannot listen for peers on "
                    + address
                    + ": "
                    + bound.cause()
                    + "; free the port or choose another peer address",
                bound.cause()));
      }
      listening.add(bound.channel());
    }
  }

  /** Where it listens, in the order of the options, with the ports the system chose. */
  List<InetSocketAddress> boundAddresses() {
    return listening.stream().map(c -> (InetSocketAddress) c.localAddress()).toList();
  }

  private ServerBootstrap bootstrap(PeerTransport.Handler handler) {
    return new ServerBootstrap()
        .group(loops.messages())
        .channel(loops.serverSocketType())
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                initialise(channel, handler);
              }
            });
  }

  private void initialise(Channel channel, PeerTransport.Handler handler) {
    if (strangers.incrementAndGet() > MAX_STRANGERS) {
      strangers.decrementAndGet();
      channel.close();
      return;
    }
    AcceptedConnection connection = new AcceptedConnection(this, handshake, options, handler);
    connections.add(channel);
    channel.closeFuture().addListener(done -> ended(connection, channel));
    options.security().secureAccepted(channel.pipeline());
    channel.pipeline().addLast(connection);
    if (closing) {
      channel.close();
    }
  }

  /** The handshake is through: the peer may send, and whatever it sent on before is over. */
  void accepted(AcceptedConnection connection, Channel channel) {
    strangers.decrementAndGet();
    Channel older = newestByPeer.put(connection.peer(), channel);
    if (older != null) {
      older.close();
    }
    if (!knownPeers.test(connection.peer())) {
      // Removed between the handshake's look at the members and the line above.
      channel.close();
      return;
    }
    options.listener().inboundAccepted(connection.peer(), connection.remote());
    onAccepted.accept(connection.peer());
  }

  private void ended(AcceptedConnection connection, Channel channel) {
    connections.remove(channel);
    if (connection.introduced()) {
      newestByPeer.remove(connection.peer(), channel);
    } else {
      strangers.decrementAndGet();
    }
    if (!closing && !connection.handedOver()) {
      announceEnd(connection);
    }
  }

  private void announceEnd(AcceptedConnection connection) {
    if (connection.introduced()) {
      options
          .listener()
          .inboundClosed(connection.peer(), connection.remote(), connection.endReason());
    } else if (connection.heard()) {
      options
          .listener()
          .inboundRefused(connection.peer(), connection.remote(), connection.endReason());
    }
  }

  /** Closes the connections of all who are not among the peers any more. */
  void dropUnknown() {
    newestByPeer.forEach(
        (peer, channel) -> {
          if (!knownPeers.test(peer)) {
            channel.close();
          }
        });
  }

  /** Stops listening and closes every connection; the futures are done when they are closed. */
  List<ChannelFuture> close() {
    closing = true;
    List<ChannelFuture> closed = new ArrayList<>();
    listening.forEach(channel -> closed.add(channel.close()));
    connections.forEach(channel -> closed.add(channel.close()));
    return closed;
  }
}
