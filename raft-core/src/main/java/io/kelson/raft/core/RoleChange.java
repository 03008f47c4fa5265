package io.kelson.raft.core;

/**
 * A member's term, role or leader changed.
 *
 * @param from role before
 * @param to role after
 * @param term term after
 * @param leader the leader of that term as far as known, 0 for none
 * @param reason why, in a few words for a person
 */
public record RoleChange(Role from, Role to, long term, long leader, String reason) {}
