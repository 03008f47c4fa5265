package io.kelson.raft.core;

import java.util.List;

/**
 * Everything one step of {@link RaftCore} asks of the world.
 *
 * <p>The order in which the parts are carried out does not matter, but for {@link
 * PersistBatch#sendAfter} and for {@link Committed} ranges, which are applied in the order they
 * were issued.
 *
 * @param send messages that may leave at once
 * @param fetches append requests whose entries must be read from the log first
 * @param persist what to write, or null
 * @param committed what to apply, or null
 * @param readsReady reads that may now be answered
 * @param rejections requests that were turned down
 * @param roleChanges changes of term, role or leader, in order
 */
public record Effects(
    List<Message> send,
    List<LogFetch> fetches,
    PersistBatch persist,
    Committed committed,
    List<ReadReady> readsReady,
    List<Rejection> rejections,
    List<RoleChange> roleChanges) {
  /** Nothing to do. */
  public static final Effects NONE =
      new Effects(List.of(), List.of(), null, null, List.of(), List.of(), List.of());
}
