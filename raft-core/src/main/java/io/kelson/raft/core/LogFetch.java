package io.kelson.raft.core;

/**
 * An append request whose entries the core no longer holds in memory: whoever carries out the
 * effect reads them from the log and sends {@link Message.AppendRequest} with them.
 *
 * <p>The log may have been cut and rewritten since. Entries are sent only if the last one read has
 * {@code lastTerm}; by Log Matching the others are then the ones meant. Otherwise the effect is
 * dropped: the core finds out by itself.
 *
 * @param to the follower
 * @param term the leader's term when it asked
 * @param prev position before the first entry
 * @param hi one past the index of the last entry; the first one is {@code prev.index() + 1}
 * @param lastTerm term that the entry at {@code hi - 1} must have
 * @param commit the leader's commit index
 * @param round the leader's quorum round
 */
public record LogFetch(
    long from,
    long to,
    long term,
    LogPosition prev,
    long hi,
    long lastTerm,
    long commit,
    long round) {}
