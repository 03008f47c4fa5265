package io.kelson.raft.transport;

import io.kelson.raft.core.Message;
import java.net.SocketAddress;
import java.util.List;

/**
 * Hears what happens between this member and its peers.
 *
 * <p>Called on event loops, {@link #messageDropped} also on whatever thread sends: an
 * implementation is thread-safe, returns at once, and does not throw. "Peer" events tell of the
 * connection this member dialled and sends on, "inbound" events of those it accepted.
 */
public interface TransportListener {
  /** Listens to nothing. */
  TransportListener NONE = new TransportListener() {};

  /** The handshake with a dialled peer succeeded; messages to it travel from now on. */
  default void peerConnected(long peer, SocketAddress address) {}

  /** A connection announced by {@link #peerConnected} ended; it will be dialled again. */
  default void peerDisconnected(long peer, SocketAddress address, String reason) {}

  /** An attempt to reach a peer failed before the handshake was through; it will be repeated. */
  default void dialFailed(long peer, PeerAddress address, String reason) {}

  /**
   * A dialled peer and this member do not belong together: it said so, or its answer to the
   * handshake did. Repeated, with growing pauses, because either may be configured anew.
   */
  default void peerRefused(long peer, SocketAddress address, String reason) {}

  /** A peer's connection was accepted; its messages go to the handler from now on. */
  default void inboundAccepted(long peer, SocketAddress address) {}

  /** A dialled peer says that this member has been removed from the cluster for good. */
  default void removedFromCluster(long peer) {}

  /**
   * A connection was turned away.
   *
   * @param claimedId the member id it claimed, 0 if it did not get as far as naming one
   */
  default void inboundRefused(long claimedId, SocketAddress address, String reason) {}

  /** A connection announced by {@link #inboundAccepted} ended. */
  default void inboundClosed(long peer, SocketAddress address, String reason) {}

  /** A message was not sent. Frequent while a peer is away. */
  default void messageDropped(Message message, DropReason reason) {}

  /** A ping came back after that many nanoseconds. */
  default void roundTrip(long peer, long nanos) {}

  /** Frames of that many bytes in all were handed to the socket of a peer. */
  default void bytesSent(long peer, long bytes) {}

  /** A frame of that many bytes was read from a peer. */
  default void bytesReceived(long peer, long bytes) {}

  /**
   * One listener that passes everything on to each of these, in this order; one that throws is
   * logged and keeps nobody else from hearing.
   */
  static TransportListener all(List<TransportListener> listeners) {
    return new TransportListeners(listeners);
  }
}
