package io.kelson.raft.core;

/**
 * A command somebody wants in the log.
 *
 * @param id the caller's own number for it, by which a refusal is reported; never leaves this
 *     process
 * @param data the command; owned by the core from here on
 */
public record Proposal(long id, byte[] data) {}
