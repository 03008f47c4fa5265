package io.kelson.client;

/**
 * Whether users are asked who they are.
 *
 * @param header the store's word
 * @param enabled whether authentication is on
 * @param authRevision the revision of users, roles and permissions, unsigned
 */
public record AuthStatus(Header header, boolean enabled, long authRevision) {}
