package io.kelson.chaos.history;

/**
 * One write to a resource that is guarded by a lock, as the resource saw it, in its order.
 *
 * @param client the logical client that believed to hold the lock
 * @param fence the token it showed: the lock's revision
 * @param accepted whether the resource took it: it refuses a token older than the newest it has
 *     seen
 * @param nanos when, from the beginning of the run
 */
public record FencedWrite(long client, long fence, boolean accepted, long nanos) {}
