package io.kelson.client;

/**
 * A lease that was granted.
 *
 * @param header the store's word
 * @param id the lease's id, positive
 * @param ttlSeconds how long it lives without a keep-alive; the server raises what was asked for to
 *     its minimum
 */
public record LeaseGrant(Header header, long id, long ttlSeconds) {}
