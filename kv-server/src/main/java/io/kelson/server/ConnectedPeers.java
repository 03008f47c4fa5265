package io.kelson.server;

import io.kelson.raft.transport.TransportListener;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;

/** Knows which peers are there, the longest-connected first. */
final class ConnectedPeers implements TransportListener {
  private final Set<Long> connected = new LinkedHashSet<>();
  private final LongConsumer onRemoved;

  /**
   * @param onRemoved told the peer that says that this member has been removed; at once, any thread
   */
  ConnectedPeers(LongConsumer onRemoved) {
    this.onRemoved = onRemoved;
  }

  @Override
  public synchronized void peerConnected(long peer, SocketAddress address) {
    connected.add(peer);
  }

  @Override
  public synchronized void peerDisconnected(long peer, SocketAddress address, String reason) {
    connected.remove(peer);
  }

  @Override
  public void removedFromCluster(long peer) {
    onRemoved.accept(peer);
  }

  /** Whether messages to a peer have a chance of arriving. */
  synchronized boolean isConnected(long peer) {
    return connected.contains(peer);
  }

  /** Which of these has been connected longest, and so most likely has the whole log. */
  synchronized OptionalLong longest(Collection<Long> among) {
    return connected.stream().filter(among::contains).mapToLong(Long::longValue).findFirst();
  }
}
