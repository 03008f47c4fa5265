package io.kelson.raft.quorum;

/** Where an election stands. */
public enum VoteResult {
  /** Votes still missing may decide it either way. */
  PENDING,
  /** A quorum has granted its vote. */
  WON,
  /** So many have refused that no quorum can be reached any more. */
  LOST
}
