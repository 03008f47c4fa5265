package io.kelson.raft.core;

import io.kelson.raft.membership.ConfigEntry;
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
 * @param activated the configuration that came into force in this step, or null
 * @param cut the position up to which the log on disk may now be cut, or null
 * @param snapshots followers that need a snapshot
 * @param install a snapshot that replaces log and state, or null; without it, one just handed in
 *     with {@link Input.SnapshotReceived} is not needed
 */
public record Effects(
    List<Message> send,
    List<LogFetch> fetches,
    PersistBatch persist,
    Committed committed,
    List<ReadReady> readsReady,
    List<Rejection> rejections,
    List<RoleChange> roleChanges,
    ConfigEntry activated,
    LogPosition cut,
    List<SnapshotRequest> snapshots,
    SnapshotInstall install) {
  /** Nothing to do. */
  public static final Effects NONE =
      new Effects(List.of(), List.of(), null, null, List.of(), List.of(), List.of());

  /** What most steps consist of: nothing about membership and snapshots. */
  public Effects(
      List<Message> send,
      List<LogFetch> fetches,
      PersistBatch persist,
      Committed committed,
      List<ReadReady> readsReady,
      List<Rejection> rejections,
      List<RoleChange> roleChanges) {
    this(
        send,
        fetches,
        persist,
        committed,
        readsReady,
        rejections,
        roleChanges,
        null,
        null,
        List.of(),
        null);
  }
}
