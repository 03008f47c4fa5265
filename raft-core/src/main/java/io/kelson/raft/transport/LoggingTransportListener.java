package io.kelson.raft.transport;

import io.kelson.raft.core.Message;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what an operator wants to know of the peers.
 *
 * <p>Trouble that repeats with every attempt is logged once for each peer and then again only when
 * its reason changes or after a success in between; the repetitions are at debug level.
 */
public final class LoggingTransportListener implements TransportListener {
  private static final Logger LOG = LoggerFactory.getLogger(LoggingTransportListener.class);

  /** How many different offenders are remembered; strangers must not be able to fill memory. */
  private static final int REMEMBERED = 1024;

  private final String self;
  private final Map<String, String> lastTrouble =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** A listener that names this member and cluster beside each peer. */
  public LoggingTransportListener(long selfId, long clusterId) {
    this.self = "member " + hex(selfId) + " of cluster " + hex(clusterId);
  }

  @Override
  public void peerConnected(long peer, SocketAddress address) {
    forget(key("dial", peer));
    LOG.info("{}: connected to peer {} at {}", self, hex(peer), address);
  }

  @Override
  public void peerDisconnected(long peer, SocketAddress address, String reason) {
    LOG.warn("{}: lost the connection to peer {} at {}: {}", self, hex(peer), address, reason);
  }

  @Override
  public void dialFailed(long peer, PeerAddress address, String reason) {
    if (isNews(key("dial", peer) + address, reason)) {
      LOG.warn("{}: cannot reach peer {} at {}: {}; trying on", self, hex(peer), address, reason);
    } else {
      LOG.debug("{}: still cannot reach peer {} at {}: {}", self, hex(peer), address, reason);
    }
  }

  @Override
  public void peerRefused(long peer, SocketAddress address, String reason) {
    if (isNews(key("dial", peer), reason)) {
      LOG.warn("{}: refused by peer {} at {}: {}", self, hex(peer), address, reason);
    } else {
      LOG.debug("{}: again refused by peer {} at {}: {}", self, hex(peer), address, reason);
    }
  }

  @Override
  public void inboundAccepted(long peer, SocketAddress address) {
    forget(key("accept", peer));
    LOG.debug("{}: accepted peer {} from {}", self, hex(peer), address);
  }

  @Override
  public void inboundRefused(long claimedId, SocketAddress address, String reason) {
    String who = claimedId == 0 ? "a stranger" : "peer " + hex(claimedId);
    String key = claimedId == 0 ? "stranger " + host(address) : key("accept", claimedId);
    if (isNews(key, reason)) {
      LOG.warn("{}: refused {} from {}: {}", self, who, address, reason);
    } else {
      LOG.debug("{}: again refused {} from {}: {}", self, who, address, reason);
    }
  }

  @Override
  public void inboundClosed(long peer, SocketAddress address, String reason) {
    LOG.info("{}: connection of peer {} from {} ended: {}", self, hex(peer), address, reason);
  }

  @Override
  public void messageDropped(Message message, DropReason reason) {
    if (reason == DropReason.TOO_LARGE
        && isNews(key("large", message.to()), message.kind().name())) {
      LOG.error(
          "{}: a {} for peer {} is larger than a frame may be and can never be sent;"
              + " lower the size of appends or raise the largest frame on all members",
          self,
          message.kind(),
          hex(message.to()));
    } else if (LOG.isTraceEnabled()) {
      LOG.trace("{}: dropped {} for {}: {}", self, message.kind(), hex(message.to()), reason);
    }
  }

  private boolean isNews(String key, String reason) {
    synchronized (lastTrouble) {
      return !reason.equals(lastTrouble.put(key, reason));
    }
  }

  /** All trouble whose key begins like this is over. */
  private void forget(String keyPrefix) {
    synchronized (lastTrouble) {
      lastTrouble.keySet().removeIf(key -> key.startsWith(keyPrefix));
    }
  }

  /** What trouble of one kind with one peer is remembered by; addresses may follow. */
  private static String key(String kind, long peer) {
    return kind + " " + hex(peer) + " ";
  }

  private static String host(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress()
        : String.valueOf(address);
  }

  private static String hex(long id) {
    return Long.toHexString(id);
  }
}
