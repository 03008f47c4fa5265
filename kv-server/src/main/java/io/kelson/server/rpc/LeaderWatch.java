package io.kelson.server.rpc;

import io.kelson.api.EtcdError;
import io.kelson.raft.core.RoleChange;
import java.util.function.LongSupplier;

/**
 * Remembers when leadership last settled, to explain a timeout the way etcd does. Written by the
 * raft loop, read by anybody.
 */
final class LeaderWatch {
  /** What is known of leadership, swapped as a whole. */
  private record Known(
      long leader, long term, long sinceNanos, long lostNanos, boolean everElected) {}

  private final LongSupplier nanoTime;
  private final long electionTimeoutNanos;
  private volatile Known known;

  LeaderWatch(LongSupplier nanoTime, long electionTimeoutNanos) {
    this.nanoTime = nanoTime;
    this.electionTimeoutNanos = electionTimeoutNanos;
    this.known = new Known(0, 0, 0, nanoTime.getAsLong(), false);
  }

  /**
   * Takes note of a change.
   *
   * @return whether a leader is known now that was not before
   */
  boolean changed(RoleChange change) {
    Known before = known;
    if (change.leader() == 0) {
      long lost = before.leader == 0 ? before.lostNanos : nanoTime.getAsLong();
      known = new Known(0, change.term(), before.sinceNanos, lost, before.everElected);
      return false;
    }
    if (change.leader() == before.leader && change.term() == before.term) {
      return false;
    }
    known = new Known(change.leader(), change.term(), nanoTime.getAsLong(), 0, true);
    return true;
  }

  /** Whether any member is known to lead. */
  boolean hasLeader() {
    return known.leader != 0;
  }

  /** Whether no leader has been known for three election timeouts: etcd gives streams up then. */
  boolean isLeaderlessForLong() {
    Known now = known;
    return now.leader == 0 && nanoTime.getAsLong() - now.lostNanos >= 3 * electionTimeoutNanos;
  }

  /**
   * Why a request that started then has had no answer. If a new leader was elected after it
   * started, and it started when the old one may have been dying already, the old leader probably
   * took it to the grave.
   */
  EtcdError timeout(long startNanos) {
    Known now = known;
    boolean beforeElection = now.everElected && startNanos - now.sinceNanos < 0;
    boolean oldLeaderDying = startNanos - (now.sinceNanos - 2 * electionTimeoutNanos) > 0;
    return beforeElection && oldLeaderDying ? EtcdError.TIMEOUT_LEADER_FAILURE : EtcdError.TIMEOUT;
  }
}
