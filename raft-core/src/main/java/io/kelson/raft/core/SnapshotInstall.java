package io.kelson.raft.core;

/**
 * A received snapshot takes the place of this member's log and state.
 *
 * <p>Whoever carries it out finishes every write and every apply asked for so far, those of the
 * same {@link Effects} included; replaces the state machine's state, durably and in one step;
 * begins the log anew behind {@code position} with {@code hardState}; and then hands in {@link
 * Input.SnapshotInstalled}. Until then the core asks for no write and no apply.
 *
 * @param position the last entry that the snapshot covers
 * @param hardState the promises made so far, and the commit index that goes with the snapshot
 */
public record SnapshotInstall(LogPosition position, HardState hardState) {}
