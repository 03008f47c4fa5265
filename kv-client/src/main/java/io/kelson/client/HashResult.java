package io.kelson.client;

/**
 * A hash over what a member stores.
 *
 * @param header the store's word
 * @param hash the hash, an unsigned 32-bit number; only to be compared between members of one
 *     cluster, at one revision
 * @param compactRevision the revision the member has compacted to; 0 where it has no meaning
 * @param hashRevision the revision that was hashed; 0 where the server does not say
 */
public record HashResult(Header header, long hash, long compactRevision, long hashRevision) {}
