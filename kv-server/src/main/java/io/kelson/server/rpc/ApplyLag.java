package io.kelson.server.rpc;

import io.kelson.raft.runtime.RaftStatus;
import java.util.concurrent.TimeUnit;

/**
 * Whether a member is so far behind in applying what is committed that it should take no more.
 *
 * <p>etcd counts entries. But what five thousand of them mean depends on how fast they come: a
 * member that was held up for a tenth of a second, by its collector or by others who want the
 * cores, may be that far behind and have caught up before anybody notices. So they must also have
 * been committed for a while. One thread ticks; any may ask.
 */
final class ApplyLag {
  /** etcd's number. */
  static final long MAX_ENTRIES = 5_000;

  static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private long committed;
  private long lookedNanos;
  private boolean hasLooked;

  /** Committed for so long that it should have been applied. */
  private volatile long due;

  /** Time passed; between two such looks counts what was committed at the one before. */
  void tick(RaftStatus status, long nowNanos) {
    if (!hasLooked || nowNanos - lookedNanos >= PATIENCE_NANOS) {
      due = committed;
      committed = status.commitIndex();
      lookedNanos = nowNanos;
      hasLooked = true;
    }
  }

  boolean isTooMuch(RaftStatus status) {
    return status.commitIndex() - status.appliedIndex() > MAX_ENTRIES
        && status.appliedIndex() < due;
  }
}
