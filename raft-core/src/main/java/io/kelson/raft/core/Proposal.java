package io.kelson.raft.core;

/**
 * A command somebody wants in the log.
 *
 * @param id the caller's own number for it, by which a refusal is reported, or {@link #NO_ID} if
 *     nobody here waits for it; never leaves this process
 * @param data the command; owned by the core from here on
 */
public record Proposal(long id, byte[] data) {
  /** Of a proposal that came from another member. */
  public static final long NO_ID = 0;
}
