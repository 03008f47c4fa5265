package io.kelson.server.diff;

/**
 * The revisions that a request can refer to.
 *
 * @param base the current one when the sequence began
 * @param current the newest
 * @param compacted up to which history is gone
 */
record Marks(long base, long current, long compacted) {}
