package io.kelson.raft.core;

/**
 * A run of entries of one term: the term, and the index of its first entry.
 *
 * <p>A log is, for its terms, a short list of such runs in ascending order. With it the core knows
 * the term of every entry without holding the entries.
 *
 * @param term the term of every entry of the run
 * @param firstIndex index of the first one
 */
public record TermRun(long term, long firstIndex) {}
