package io.kelson.raft.runtime;

import io.kelson.raft.core.Role;

/**
 * Where a member stands, as of some moment just past.
 *
 * @param self this member's id
 * @param role its role
 * @param term its term
 * @param leader the leader of that term as far as known, 0 for none
 * @param lastIndex last index in its log
 * @param durableIndex last index that its disk holds
 * @param commitIndex last index it knows to be committed
 * @param appliedIndex last index its state machine has applied
 */
public record RaftStatus(
    long self,
    Role role,
    long term,
    long leader,
    long lastIndex,
    long durableIndex,
    long commitIndex,
    long appliedIndex) {
  /** Whether this member leads, as far as it knows. */
  public boolean isLeader() {
    return role == Role.LEADER;
  }
}
