package io.kelson.raft.core;

/**
 * A proposal, read or change that came to nothing in the core: it was certainly not appended, or
 * not confirmed.
 *
 * @param what which kind of request
 * @param id the number the caller gave it
 * @param reason why
 */
public record Rejection(What what, long id, Reason reason) {
  /** The kind of request. */
  public enum What {
    PROPOSAL,
    READ,
    CONFIGURATION
  }

  /** Why it was turned down. */
  public enum Reason {
    /** No leader is known. */
    NO_LEADER,
    /**
     * The leader this member knows cannot be reached from here: the proposal was not sent to it.
     */
    NOT_SENT,
    /** Leadership moved while the read was waiting; asking again is safe. */
    LEADER_CHANGED,
    /** More bytes are waiting for commitment than this leader allows. */
    TOO_MANY_UNCOMMITTED,
    /** This leader is handing leadership over. */
    TRANSFERRING,
    /** Only a leader changes the configuration, and this member is none. */
    NOT_LEADER,
    /** This leader's disk is full, and there is nobody it could hand leadership to so far. */
    NO_SPACE,
    /** An earlier change of the configuration is not finished. */
    CHANGE_PENDING,
    /** This leader has not committed anything of its own term yet; asking again soon is enough. */
    NOT_READY,
    /** A voter-to-be is no learner yet, or one whose log is still too far behind. */
    NOT_CAUGHT_UP
  }
}
