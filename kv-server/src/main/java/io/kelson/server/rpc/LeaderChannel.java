package io.kelson.server.rpc;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.kelson.api.EtcdError;
import io.kelson.server.proto.MemberAttributes;
import io.kelson.server.tls.ChannelDial;
import java.util.Map;

/**
 * The way to whoever leads, as a client of it, for calls that come often: one connection that all
 * share, kept as long as the same member leads. When another one does, what is under way on it
 * fails at once, so that clients come again instead of waiting for a leader that is gone.
 * Thread-safe.
 */
final class LeaderChannel {
  private final ConsensusNode node;
  private final ChannelDial dial;
  private ManagedChannel channel;
  private long connectedTo;
  private boolean closed;

  LeaderChannel(ConsensusNode node, ChannelDial dial) {
    this.node = node;
    this.dial = dial;
  }

  /** Whether this member leads itself. */
  boolean leadsHere() {
    return node.status().isLeader();
  }

  /**
   * Where to make the current call, or null if it cannot be passed on; see {@link #obstacle}. If
   * leadership moves meanwhile, the call fails there.
   *
   * @param attributes where members are found by their clients
   */
  synchronized Channel maybeOpen(Map<Long, MemberAttributes> attributes) {
    long leader = node.status().leader();
    MemberAttributes found = attributes.get(leader);
    if (closed || leadsHere() || found == null || found.getClientUrlsCount() == 0) {
      return null;
    }
    if (LeaderForward.isForwarded()) {
      // This member was believed to lead: the client had better ask again.
      return null;
    }
    if (channel == null || connectedTo != leader) {
      hangUp();
      channel = LeaderForward.connect(dial, found.getClientUrls(0));
      connectedTo = leader;
    }
    return channel;
  }

  /** What to answer to a call that cannot be passed on. */
  EtcdError obstacle() {
    return node.status().leader() == 0 ? EtcdError.NO_LEADER : EtcdError.LEADER_CHANGED;
  }

  /** Who leads now, 0 for nobody; called on the raft loop. */
  synchronized void leaderIs(long leader) {
    if (leader != connectedTo) {
      hangUp();
    }
  }

  synchronized void close() {
    closed = true;
    hangUp();
  }

  private void hangUp() {
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
      connectedTo = 0;
    }
  }
}
