package io.kelson.raft.core;

/**
 * An append request whose entries the core no longer holds in memory: whoever carries out the
 * effect reads them from the log and sends {@link Message.AppendRequest} with them, or several that
 * follow one another if they are large.
 *
 * <p>The log may have been cut and rewritten since. All entries of the range are of one term, and
 * are sent only if the last one read has {@code lastTerm}: by Log Matching those before it are then
 * the ones meant. Otherwise the effect is dropped: the core finds out by itself.
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
