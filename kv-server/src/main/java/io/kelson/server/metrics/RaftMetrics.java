package io.kelson.server.metrics;

import io.kelson.raft.core.RoleChange;
import io.kelson.raft.runtime.RaftListener;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.atomic.AtomicLong;

/** What the raft loop does. Only {@link #roleChanged} and {@link #batchTaken} are listened to. */
final class RaftMetrics implements RaftListener, Scrape.Part {
  private final Distribution messages = Distribution.doubling(1, 12);
  private final Distribution proposals = Distribution.doubling(1, 12);
  private final Distribution reads = Distribution.doubling(1, 12);
  private final AtomicLong leaderChanges = new AtomicLong();
  private volatile long leader;

  @Override
  public void roleChanged(RoleChange change) {
    // Counted as in etcd: when a leader is there, and it is another one than the last.
    if (change.leader() != 0 && change.leader() != leader) {
      leaderChanges.incrementAndGet();
      leader = change.leader();
    } else if (change.leader() == 0) {
      leader = 0;
    }
  }

  @Override
  public void batchTaken(int messageCount, int proposalCount, int readCount) {
    add(messages, messageCount);
    add(proposals, proposalCount);
    add(reads, readCount);
  }

  private static void add(Distribution sizes, int size) {
    if (size > 0) {
      sizes.add(size);
    }
  }

  @Override
  public void collect(Scrape into) {
    into.counter(
        "etcd_server_leader_changes_seen_total",
        "How often this member saw a leader come that was not there before.",
        leaderChanges.get());
    into.histograms(
            "kelson_raft_loop_batch_size",
            "How much of one kind the raft loop took at once; rounds without that kind are left out.")
        .at(Labels.of("kind", "message"), messages)
        .at(Labels.of("kind", "proposal"), proposals)
        .at(Labels.of("kind", "read"), reads)
        .add();
  }
}
