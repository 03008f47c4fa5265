package io.kelson.raft.snapshot;

import java.io.IOException;

/** Where snapshots to be sent come from. */
@FunctionalInterface
public interface SnapshotSource {
  /**
   * Freezes the present state in a directory of its own. Blocks for the disk; called on a sender's
   * thread, while entries go on being applied.
   *
   * @throws IOException if the disk fails or is full; nothing is left behind then
   */
  Checkpoint checkpoint() throws IOException;
}
