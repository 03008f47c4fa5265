package io.kelson.raft.runtime;

import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.RoleChange;
import io.kelson.raft.log.LogFullException;
import io.kelson.raft.membership.ConfigEntry;

/**
 * Hears what happens inside a {@link RaftNode}. Called on the node's own threads: an implementation
 * returns at once and never blocks.
 */
public interface RaftListener {
  /** Term, role or leader changed; called on the raft loop. */
  default void roleChanged(RoleChange change) {}

  /**
   * Another configuration came into force, possibly one that is not committed yet and may be taken
   * back; called on the raft loop.
   */
  default void configurationActivated(ConfigEntry config) {}

  /**
   * A change of members was turned down and nothing of it is in the log; called on the raft loop.
   */
  default void changeRejected(Rejection rejection) {}

  /**
   * The loop took what had come since its last round; called on the raft loop before every round,
   * also with nothing when only time has passed.
   *
   * @param messages from peers
   * @param proposals from this member's clients
   * @param reads that wait to be confirmed together
   */
  default void batchTaken(int messages, int proposals, int reads) {}

  /** A proposal was turned down and is certainly not in the log; called on the raft loop. */
  default void proposalRejected(Rejection rejection) {}

  /**
   * There is no room for the next segment of the log. The member lives on: it hands leadership over
   * and waits. Called on the log writer.
   */
  default void logFull(LogFullException cause) {}

  /** There is room for the log again; called on the log writer. */
  default void logHasRoom() {}

  /**
   * The node stopped because something it stands on broke: an invariant, the disk, the state
   * machine. It will accept nothing any more; the process is expected to end. Called once, on the
   * thread that found out.
   */
  default void failed(Throwable cause) {}
}
