package io.kelson.raft.transport;

import io.kelson.raft.core.Message;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes every event on to several listeners. One that throws is logged and does no other harm: a
 * mistake in counting something must not cost a connection.
 */
record TransportListeners(List<TransportListener> listeners) implements TransportListener {
  private static final Logger LOG = LoggerFactory.getLogger(TransportListeners.class);

  TransportListeners {
    listeners = List.copyOf(listeners);
  }

  private void each(Consumer<TransportListener> event) {
    for (TransportListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        LOG.error("a listener of the transport failed: {}", listener, e);
      }
    }
  }

  @Override
  public void peerConnected(long peer, SocketAddress address) {
    each(l -> l.peerConnected(peer, address));
  }

  @Override
  public void peerDisconnected(long peer, SocketAddress address, String reason) {
    each(l -> l.peerDisconnected(peer, address, reason));
  }

  @Override
  public void dialFailed(long peer, PeerAddress address, String reason) {
    each(l -> l.dialFailed(peer, address, reason));
  }

  @Override
  public void peerRefused(long peer, SocketAddress address, String reason) {
    each(l -> l.peerRefused(peer, address, reason));
  }

  @Override
  public void removedFromCluster(long peer) {
    each(l -> l.removedFromCluster(peer));
  }

  @Override
  public void inboundAccepted(long peer, SocketAddress address) {
    each(l -> l.inboundAccepted(peer, address));
  }

  @Override
  public void inboundRefused(long claimedId, SocketAddress address, String reason) {
    each(l -> l.inboundRefused(claimedId, address, reason));
  }

  @Override
  public void inboundClosed(long peer, SocketAddress address, String reason) {
    each(l -> l.inboundClosed(peer, address, reason));
  }

  @Override
  public void messageDropped(Message message, DropReason reason) {
    each(l -> l.messageDropped(message, reason));
  }

  @Override
  public void roundTrip(long peer, long nanos) {
    each(l -> l.roundTrip(peer, nanos));
  }

  @Override
  public void bytesSent(long peer, long bytes) {
    each(l -> l.bytesSent(peer, bytes));
  }

  @Override
  public void bytesReceived(long peer, long bytes) {
    each(l -> l.bytesReceived(peer, bytes));
  }
}
