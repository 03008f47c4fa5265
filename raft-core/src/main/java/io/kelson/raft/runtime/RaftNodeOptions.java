package io.kelson.raft.runtime;

import io.kelson.raft.core.CoreConfig;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The settings of a {@link RaftNode}.
 *
 * @param core what the algorithm needs to know
 * @param tickInterval real time of one tick; heartbeats and election timeouts are counted in it
 * @param random where election timeouts and read contexts are drawn from; owned by the node from
 *     here on
 * @param maxQueuedProposals proposals that may wait for the loop; further ones are refused. Too
 *     small: refusals in a burst the loop would have swallowed; too large: memory, and answers that
 *     come after the caller gave up
 * @param maxQueuedProposalBytes their bytes, likewise
 * @param maxQueuedMessages peers' messages that may wait for the loop; further ones are dropped,
 *     which Raft repairs
 * @param maxApplyGroupBytes entries' bytes that one call of the state machine gets at most
 * @param snapshotEntries applied entries after which the log is cut. Too small: the store is
 *     flushed often; too large: disk space, and a long replay at start
 * @param keepEntries applied entries that stay in the log all the same, for followers that lag a
 *     little
 */
public record RaftNodeOptions(
    CoreConfig core,
    Duration tickInterval,
    RandomGenerator random,
    int maxQueuedProposals,
    long maxQueuedProposalBytes,
    int maxQueuedMessages,
    int maxApplyGroupBytes,
    long snapshotEntries,
    long keepEntries) {
  public RaftNodeOptions {
    if (tickInterval.isNegative() || tickInterval.isZero()) {
      throw new IllegalArgumentException("a tick must take time, not " + tickInterval);
    }
    if (maxQueuedProposals < 1
        || maxQueuedProposalBytes < 1
        || maxQueuedMessages < 1
        || maxApplyGroupBytes < 1) {
      throw new IllegalArgumentException("a queue that holds nothing lets nothing through");
    }
    if (snapshotEntries < 1 || keepEntries < 0) {
      throw new IllegalArgumentException(
          "cutting the log after " + snapshotEntries + " entries, keeping " + keepEntries);
    }
  }

  /** The same with other bounds on the log's length. */
  public RaftNodeOptions withLogEntries(long snapshotAfter, long keep) {
    return new RaftNodeOptions(
        core,
        tickInterval,
        random,
        maxQueuedProposals,
        maxQueuedProposalBytes,
        maxQueuedMessages,
        maxApplyGroupBytes,
        snapshotAfter,
        keep);
  }

  /**
   * The same with read leases.
   *
   * <p>A voter that hears its leader gives no vote until {@code electionTicks} ticks later, the
   * first of which may be due at once, so for one interval less. By the leader's clock that may be
   * shorter still: by the drift.
   *
   * @param maxClockDriftPercent by how much the slowest clock among the members may lag behind the
   *     fastest, of 100 nanoseconds that the fastest counts; in [1, 50]. Too small: stale reads
   *     where clocks are worse; too large: shorter leases, so that reads ask more often
   */
  public RaftNodeOptions withReadLease(int maxClockDriftPercent) {
    if (maxClockDriftPercent < 1 || maxClockDriftPercent > 50) {
      throw new IllegalArgumentException(
          "a clock drift of " + maxClockDriftPercent + " % is not between 1 and 50");
    }
    long promisedNanos = (core.electionTicks() - 1) * tickInterval.toNanos();
    long leaseNanos = promisedNanos / 100 * (100 - maxClockDriftPercent);
    return new RaftNodeOptions(
        core.withReadLease(leaseNanos),
        tickInterval,
        random,
        maxQueuedProposals,
        maxQueuedProposalBytes,
        maxQueuedMessages,
        maxApplyGroupBytes,
        snapshotEntries,
        keepEntries);
  }

  /** The defaults beside the three things only the caller knows. */
  public static RaftNodeOptions defaults(
      CoreConfig core, Duration tickInterval, RandomGenerator random) {
    return new RaftNodeOptions(
        core, tickInterval, random, 8192, 64L << 20, 8192, 8 << 20, 10_000, 5_000);
  }
}
