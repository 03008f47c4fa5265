package io.kelson.server.metrics;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.SnapshotException;
import io.kelson.raft.snapshot.SnapshotListener;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Snapshots on their way to and from other members. */
final class SnapshotMetrics implements SnapshotListener {
  /** Transfers in one direction with one peer; at most one at a time. */
  private static final class Transfers {
    // etcd's buckets: 0.1 s doubled 10 times, so up to 51.2 s.
    final Distribution seconds = Distribution.doubling(0.1, 10);
    final LongAdder successes = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder bytes = new LongAdder();

    // Guarded by this.
    boolean underWay;
    long beganNanos;

    synchronized void moved() {
      if (!underWay) {
        underWay = true;
        beganNanos = System.nanoTime();
      }
    }

    synchronized void succeeded(long transferred) {
      if (underWay) {
        seconds.addNanos(System.nanoTime() - beganNanos);
      }
      underWay = false;
      successes.increment();
      bytes.add(transferred);
    }

    synchronized void failed(boolean goesOn) {
      failures.increment();
      underWay &= goesOn;
    }

    synchronized boolean isUnderWay() {
      return underWay;
    }
  }

  private final Map<Long, Transfers> sending = new ConcurrentHashMap<>();
  private final Map<Long, Transfers> receiving = new ConcurrentHashMap<>();

  private static Transfers with(Map<Long, Transfers> direction, long peer) {
    return direction.computeIfAbsent(peer, unknown -> new Transfers());
  }

  @Override
  public void sending(long to, LogPosition position, long doneBytes, long totalBytes) {
    with(sending, to).moved();
  }

  @Override
  public void sent(long to, LogPosition position, long sentBytes, long totalBytes) {
    with(sending, to).succeeded(sentBytes);
  }

  @Override
  public void sendFailed(long to, SnapshotException cause, boolean retried) {
    with(sending, to).failed(retried);
  }

  @Override
  public void receiving(long from, LogPosition position, long doneBytes, long totalBytes) {
    with(receiving, from).moved();
  }

  @Override
  public void received(long from, LogPosition position, long receivedBytes, long totalBytes) {
    with(receiving, from).succeeded(receivedBytes);
  }

  @Override
  public void receiveFailed(long from, SnapshotException cause) {
    with(receiving, from).failed(false);
  }

  void collect(Scrape into, long self, Set<Long> members) {
    Set<Long> others = new TreeSet<>(members);
    others.remove(self);
    collect(into, "send", "To", "sent to", sending, others);
    collect(into, "receive", "From", "received from", receiving, others);
  }

  private static void collect(
      Scrape into,
      String way,
      String label,
      String words,
      Map<Long, Transfers> direction,
      Set<Long> others) {
    direction.keySet().retainAll(others);
    String prefix = "etcd_network_snapshot_" + way;
    var successes = into.counters(prefix + "_success", "Snapshots " + words + " a peer.");
    var failures =
        into.counters(prefix + "_failures", "Snapshots that could not be " + words + " a peer.");
    var underWay =
        into.gauges(prefix + "_inflights_total", "Snapshots being " + words + " a peer.");
    var seconds =
        into.histograms(
            prefix + "_total_duration_seconds", "How long it took until one was installed.");
    var bytes =
        into.counters(
            "kelson_snapshot_" + way + "_bytes_total",
            "Bytes of snapshots " + words + " a peer, without what it held already.");
    for (long id : others) {
      Transfers transfers = with(direction, id);
      Labels labels = Labels.of(label, PeerMetrics.hex(id));
      successes.at(labels, transfers.successes.sum());
      failures.at(labels, transfers.failures.sum());
      underWay.at(labels, transfers.isUnderWay() ? 1 : 0);
      seconds.at(labels, transfers.seconds);
      bytes.at(labels, transfers.bytes.sum());
    }
    successes.add();
    failures.add();
    underWay.add();
    seconds.add();
    bytes.add();
  }
}
