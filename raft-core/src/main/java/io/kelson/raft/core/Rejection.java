package io.kelson.raft.core;

/**
 * A proposal or read that came to nothing in the core: it was certainly not appended, or not
 * confirmed.
 *
 * @param what which kind of request
 * @param id the number the caller gave it
 * @param reason why
 */
public record Rejection(What what, long id, Reason reason) {
  /** The kind of request. */
  public enum What {
    PROPOSAL,
    READ
  }

  /** Why it was turned down. */
  public enum Reason {
    /** No leader is known. */
    NO_LEADER,
    /** Leadership moved while the read was waiting; asking again is safe. */
    LEADER_CHANGED,
    /** More bytes are waiting for commitment than this leader allows. */
    TOO_MANY_UNCOMMITTED,
    /** This leader is handing leadership over. */
    TRANSFERRING
  }
}
