package io.kelson.client;

/**
 * What every reply says about the store that gave it.
 *
 * @param clusterId the cluster's id, an unsigned number
 * @param memberId the id of the member that answered, unsigned
 * @param revision the store's revision when the request was applied or read; 0 where it has no
 *     meaning
 * @param raftTerm the member's term, unsigned
 */
public record Header(long clusterId, long memberId, long revision, long raftTerm) {}
