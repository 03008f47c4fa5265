package io.kelson.server;

import io.kelson.raft.transport.TransportListener;
import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;

/** Knows which peers are there, the longest-connected first. */
final class ConnectedPeers implements TransportListener {
  private final Set<Long> connected = new LinkedHashSet<>();

  @Override
  public synchronized void peerConnected(long peer, SocketAddress address) {
    connected.add(peer);
  }

  @Override
  public synchronized void peerDisconnected(long peer, SocketAddress address, String reason) {
    connected.remove(peer);
  }

  /** Who has been connected longest, and so most likely has the whole log. */
  synchronized OptionalLong longest() {
    return connected.stream().mapToLong(Long::longValue).findFirst();
  }
}
