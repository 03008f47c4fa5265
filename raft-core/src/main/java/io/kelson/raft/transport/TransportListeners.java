package io.kelson.raft.transport;

import io.kelson.raft.core.Message;
import java.net.SocketAddress;
import java.util.List;

/** Passes every event on to several listeners. */
record TransportListeners(List<TransportListener> listeners) implements TransportListener {
  TransportListeners {
    listeners = List.copyOf(listeners);
  }

  @Override
  public void peerConnected(long peer, SocketAddress address) {
    listeners.forEach(l -> l.peerConnected(peer, address));
  }

  @Override
  public void peerDisconnected(long peer, SocketAddress address, String reason) {
    listeners.forEach(l -> l.peerDisconnected(peer, address, reason));
  }

  @Override
  public void dialFailed(long peer, PeerAddress address, String reason) {
    listeners.forEach(l -> l.dialFailed(peer, address, reason));
  }

  @Override
  public void peerRefused(long peer, SocketAddress address, String reason) {
    listeners.forEach(l -> l.peerRefused(peer, address, reason));
  }

  @Override
  public void inboundAccepted(long peer, SocketAddress address) {
    listeners.forEach(l -> l.inboundAccepted(peer, address));
  }

  @Override
  public void inboundRefused(long claimedId, SocketAddress address, String reason) {
    listeners.forEach(l -> l.inboundRefused(claimedId, address, reason));
  }

  @Override
  public void inboundClosed(long peer, SocketAddress address, String reason) {
    listeners.forEach(l -> l.inboundClosed(peer, address, reason));
  }

  @Override
  public void messageDropped(Message message, DropReason reason) {
    listeners.forEach(l -> l.messageDropped(message, reason));
  }

  @Override
  public void roundTrip(long peer, long nanos) {
    listeners.forEach(l -> l.roundTrip(peer, nanos));
  }

  @Override
  public void bytesSent(long peer, long bytes) {
    listeners.forEach(l -> l.bytesSent(peer, bytes));
  }

  @Override
  public void bytesReceived(long peer, long bytes) {
    listeners.forEach(l -> l.bytesReceived(peer, bytes));
  }
}
