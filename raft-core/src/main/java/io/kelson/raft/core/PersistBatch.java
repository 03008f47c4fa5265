package io.kelson.raft.core;

import java.util.List;

/**
 * What must reach the disk, and what may leave only once it has.
 *
 * <p>Batches are numbered by the core without gaps and are written in that order. When the batch,
 * and so every earlier one, is durable, {@link #sendAfter} may leave and {@link Input.Persisted}
 * with its number is due. Numbers, not positions, tell completions apart: a returning leader can
 * write the very same position twice.
 *
 * @param write this batch's number, from 1
 * @param hardState the new term, vote and commit, or null if they did not change
 * @param entries consecutive entries to append; if the first one's index is not past the end of the
 *     log, the log is first cut back to just before it. Possibly empty
 * @param sendAfter messages that promise what this batch makes durable
 * @param mustSync false if the batch holds nothing but a newer commit index, which needs no sync of
 *     its own
 */
public record PersistBatch(
    long write,
    HardState hardState,
    List<Entry> entries,
    List<Message> sendAfter,
    boolean mustSync) {}
