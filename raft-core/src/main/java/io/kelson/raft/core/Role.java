package io.kelson.raft.core;

/**
 * The part a member plays in its term (Raft paper, figure 4; pre-candidate: thesis, section 9.6).
 */
public enum Role {
  FOLLOWER,
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER
}
