package io.kelson.raft.runtime;

import io.kelson.raft.core.LogPosition;
import java.util.concurrent.CompletableFuture;

/**
 * Ships snapshots of this member's state to followers that need entries the log no longer holds.
 */
@FunctionalInterface
public interface SnapshotShipper {
  /** For a node whose log is never cut: it has nobody to ship to. */
  SnapshotShipper NONE =
      (to, term) ->
          CompletableFuture.failedFuture(
              new IllegalStateException("this member ships no snapshots"));

  /**
   * Begins to ship, without blocking.
   *
   * @param to the follower
   * @param term this member's term
   * @return the position that the follower has installed; fails if it came to nothing
   */
  CompletableFuture<LogPosition> ship(long to, long term);
}
