package io.kelson.raft.transport;

import io.kelson.raft.core.Message;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Carries messages to peers over TCP, framed protobuf inside.
 *
 * <p>Construct it, {@link #start} it once, {@link #close} it once; what the constructor makes
 * (threads, if the event loops are its own) only {@code close} releases. Peers may be changed at
 * any time with {@link #setPeers}. Messages to one peer arrive in the order they were sent, as long
 * as they arrive at all.
 *
 * <p>All methods are thread-safe. {@link #send} and {@link #flush} never block and never wait for a
 * lock.
 */
public final class NettyTransport implements PeerTransport, SnapshotStreams {
  private static final long CLOSE_LIMIT_SECONDS = 5;

  private final TransportOptions options;
  private final EventLoops loops;
  private final NameLookup names = new NameLookup();
  private final Acceptor acceptor;

  /** Replaced as a whole; a cluster has so few members that a scan beats any map. */
  private volatile PeerLink[] links = {};

  /** Set before there is anything it could hear of. */
  private volatile Handler handler;

  // Guarded by this.
  private Map<Long, List<PeerAddress>> peers;
  private boolean started;
  private boolean closed;

  /**
   * A transport at rest.
   *
   * @throws IllegalArgumentException if the options bring event loops that are neither epoll nor
   *     NIO
   */
  public NettyTransport(TransportOptions options) {
    this.options = options;
    this.peers = options.peers();
    this.loops = EventLoops.of(options.eventLoops(), options.eventLoopThreads());
    this.acceptor = new Acceptor(options, loops, id -> link(id) != null, this::wake);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Returns when all addresses are bound. Must not be called on an event loop.
   *
   * @throws java.io.UncheckedIOException if an address cannot be bound; the transport is closed
   *     then
   * @throws IllegalStateException if it was started or closed before
   */
  @Override
  public synchronized void start(Handler newHandler) {
    if (started || closed) {
      throw new IllegalStateException(
          "this transport was " + (closed ? "closed" : "started") + " before; make a new one");
    }
    started = true;
    handler = newHandler;
    try {
      // Links first, so that a peer that dials at once finds itself known.
      links = linksTo(peers);
      acceptor.listen(newHandler);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    for (PeerLink link : links) {
      link.start();
    }
  }

  /** Where it listens, in the order of the options; empty before it was started. */
  public synchronized List<InetSocketAddress> boundAddresses() {
    return acceptor.boundAddresses();
  }

  /**
   * Replaces the peers: new ones are dialled, those left out are cut off in both directions,
   * changed addresses count from the next attempt on. An entry for this member itself is ignored.
   */
  public synchronized void setPeers(Map<Long, List<PeerAddress>> newPeers) {
    peers = TransportOptions.copyOfPeers(newPeers);
    if (!started || closed) {
      return;
    }
    PeerLink[] before = links;
    links = linksTo(peers);
    for (PeerLink link : before) {
      if (link(link.peer()) != link) {
        link.close();
      }
    }
    for (PeerLink link : links) {
      if (!List.of(before).contains(link)) {
        link.start();
      }
    }
    acceptor.dropUnknown();
  }

  /** Says whom to tell, when they dial, that they have been removed for good. */
  public void setRemoved(Set<Long> ids) {
    acceptor.removed(Set.copyOf(ids));
  }

  /**
   * Says what those are told who ask for a {@link ClusterDescription}.
   *
   * @param source called on event loops, must not block; an empty array means not yet
   */
  public void describeWith(Supplier<byte[]> source) {
    acceptor.description(source);
  }

  private PeerLink[] linksTo(Map<Long, List<PeerAddress>> wanted) {
    List<PeerLink> result = new ArrayList<>();
    wanted.forEach(
        (id, addresses) -> {
          if (id != options.selfId()) {
            result.add(linkTo(id, addresses));
          }
        });
    return result.toArray(PeerLink[]::new);
  }

  private PeerLink linkTo(long id, List<PeerAddress> addresses) {
    PeerLink existing = link(id);
    if (existing == null) {
      return new PeerLink(id, addresses, options, loops, names, this::dropped, this::peerGone);
    }
    existing.addresses(addresses);
    return existing;
  }

  private PeerLink link(long id) {
    for (PeerLink link : links) {
      if (link.peer() == id) {
        return link;
      }
    }
    return null;
  }

  private void wake(long peer) {
    PeerLink link = link(peer);
    if (link != null) {
      link.wake();
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the message is from somebody else: the receiver would take
   *     it for this member's
   */
  @Override
  public void send(Message message) {
    if (message.from() != options.selfId()) {
      throw new IllegalArgumentException(
          "member " + Long.toHexString(options.selfId()) + " cannot send for another: " + message);
    }
    PeerLink link = link(message.to());
    if (link == null) {
      dropped(message, DropReason.UNKNOWN_PEER);
    } else {
      link.send(message);
    }
  }

  private void dropped(Message message, DropReason reason) {
    options.listener().messageDropped(message, reason);
    Handler told = handler;
    if (told != null) {
      told.notSent(message);
    }
  }

  private void peerGone(long peer) {
    Handler told = handler;
    if (told != null) {
      told.peerGone(peer);
    }
  }

  @Override
  public void flush() {
    for (PeerLink link : links) {
      link.flush();
    }
  }

  @Override
  public void acceptWith(SnapshotStreams.Entrance snapshotAcceptor) {
    acceptor.snapshots(snapshotAcceptor);
  }

  @Override
  public CompletableFuture<Channel> open(
      long peer, int attempt, Consumer<ChannelPipeline> initializer) {
    PeerLink link = link(peer);
    List<PeerAddress> addresses = link == null ? List.of() : link.addresses();
    if (addresses.isEmpty()) {
      return CompletableFuture.failedFuture(
          new IOException(
              "no address of member " + Long.toHexString(peer) + " is known; add it to the peers"));
    }
    PeerAddress address = addresses.get(Math.floorMod(attempt, addresses.size()));
    return names
        .find(address, attempt / addresses.size())
        .thenCompose(
            found -> SnapshotDialler.dial(options, loops, peer, address, found, initializer));
  }

  /**
   * {@inheritDoc}
   *
   * <p>When this returns no message reaches the handler any more. Calling it again does nothing.
   */
  @Override
  public void close() {
    List<CompletableFuture<Void>> closingLinks = new ArrayList<>();
    List<ChannelFuture> closingChannels;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      for (PeerLink link : links) {
        closingLinks.add(link.close());
      }
      links = new PeerLink[0];
      closingChannels = acceptor.close();
    }
    // Waiting happens without the lock, which an event loop may want before it can close.
    if (!loops.onOneOfThem()) {
      closingChannels.forEach(c -> c.awaitUninterruptibly(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS));
      closingLinks.forEach(NettyTransport::await);
    }
    names.close();
    loops.release();
  }

  private static void await(CompletableFuture<Void> closed) {
    try {
      closed.get(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // A lookup may hang in the name server for longer than anyone wants to wait; its thread is
      // a daemon, and what it finds will be thrown away.
    }
  }
}
