package io.kelson.raft.core;

/**
 * A follower needs entries that this leader's log no longer has: a snapshot of the state machine is
 * to be shipped to it.
 *
 * <p>Asked once; whoever carries it out owes an {@link Input.SnapshotShipped} for every request,
 * whatever comes of it.
 *
 * @param to the follower
 * @param term the leader's term, to travel with the snapshot
 */
public record SnapshotRequest(long to, long term) {}
