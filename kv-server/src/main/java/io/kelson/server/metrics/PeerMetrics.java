package io.kelson.server.metrics;

import io.kelson.raft.core.Message;
import io.kelson.raft.transport.DropReason;
import io.kelson.raft.transport.TransportListener;
import io.prometheus.metrics.model.snapshots.Labels;
import java.net.SocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What goes to and comes from each peer.
 *
 * <p>Labels name members only: a peer that is none is forgotten when somebody scrapes, so neither
 * strangers nor those long gone add up.
 */
final class PeerMetrics implements TransportListener {
  private static final class Peer {
    // etcd's buckets: 0.1 ms doubled 16 times, so up to 3.2768 s.
    final Distribution roundTrips = Distribution.doubling(0.0001, 16);
    final LongAdder sentBytes = new LongAdder();
    final LongAdder receivedBytes = new LongAdder();
    final LongAdder sendFailures = new LongAdder();
    final LongAdder disconnects = new LongAdder();
    volatile boolean connected;
  }

  private final Map<Long, Peer> peers = new ConcurrentHashMap<>();
  private final LongAdder[] drops = new LongAdder[DropReason.values().length];

  PeerMetrics() {
    for (int i = 0; i < drops.length; i++) {
      drops[i] = new LongAdder();
    }
  }

  private Peer peer(long id) {
    Peer known = peers.get(id);
    return known != null ? known : peers.computeIfAbsent(id, unknown -> new Peer());
  }

  @Override
  public void peerConnected(long id, SocketAddress address) {
    peer(id).connected = true;
  }

  @Override
  public void peerDisconnected(long id, SocketAddress address, String reason) {
    Peer peer = peer(id);
    peer.connected = false;
    peer.disconnects.increment();
  }

  @Override
  public void messageDropped(Message message, DropReason reason) {
    peer(message.to()).sendFailures.increment();
    drops[reason.ordinal()].increment();
  }

  @Override
  public void roundTrip(long id, long nanos) {
    peer(id).roundTrips.addNanos(nanos);
  }

  @Override
  public void bytesSent(long id, long bytes) {
    peer(id).sentBytes.add(bytes);
  }

  @Override
  public void bytesReceived(long id, long bytes) {
    peer(id).receivedBytes.add(bytes);
  }

  /**
   * Adds what is known.
   *
   * @param self this member
   * @param members all members, this one included
   */
  void collect(Scrape into, long self, Set<Long> members) {
    peers.keySet().retainAll(members);
    Map<Long, Peer> now = new TreeMap<>();
    members.stream().filter(id -> id != self).forEach(id -> now.put(id, peer(id)));
    collectTraffic(into, now);
    collectConnections(into, hex(self), now);
    var dropped =
        into.counters(
            "kelson_peer_messages_dropped_total", "Messages to peers that were not sent, and why.");
    for (DropReason reason : DropReason.values()) {
      dropped.at(
          Labels.of("reason", reason.name().toLowerCase(Locale.ROOT)),
          drops[reason.ordinal()].sum());
    }
    dropped.add();
  }

  private static void collectTraffic(Scrape into, Map<Long, Peer> peers) {
    var roundTrips =
        into.histograms(
            "etcd_network_peer_round_trip_time_seconds", "How long pings to a peer took.");
    var sent = into.counters("etcd_network_peer_sent_bytes_total", "Bytes sent to a peer.");
    var received =
        into.counters("etcd_network_peer_received_bytes_total", "Bytes received from a peer.");
    var failures =
        into.counters(
            "etcd_network_peer_sent_failures_total",
            "Messages to a peer that were not sent; many while it is away.");
    peers.forEach(
        (id, peer) -> {
          roundTrips.at(Labels.of("To", hex(id)), peer.roundTrips);
          sent.at(Labels.of("To", hex(id)), peer.sentBytes.sum());
          received.at(Labels.of("From", hex(id)), peer.receivedBytes.sum());
          failures.at(Labels.of("To", hex(id)), peer.sendFailures.sum());
        });
    roundTrips.add();
    sent.add();
    received.add();
    failures.add();
  }

  private static void collectConnections(Scrape into, String self, Map<Long, Peer> peers) {
    var known = into.gauges("etcd_network_known_peers", "Other members of the cluster.");
    var active = into.gauges("etcd_network_active_peers", "Whether a peer is connected.");
    var lost =
        into.counters(
            "etcd_network_disconnected_peers_total",
            "How often the connection to a peer was lost.");
    peers.forEach(
        (id, peer) -> {
          Labels labels = Labels.of("Local", self, "Remote", hex(id));
          known.at(labels, 1);
          active.at(labels, peer.connected ? 1 : 0);
          lost.at(labels, peer.disconnects.sum());
        });
    known.add();
    active.add();
    lost.add();
  }

  static String hex(long id) {
    return Long.toHexString(id);
  }
}
