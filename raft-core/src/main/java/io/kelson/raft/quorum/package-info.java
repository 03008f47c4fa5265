/**
 * Majority arithmetic: which index a quorum holds, and whether a vote is decided.
 *
 * <p>{@link io.kelson.raft.quorum.Majority} is one set of voters, {@link
 * io.kelson.raft.quorum.JointQuorum} the two sets of joint consensus, of which the second is empty
 * outside a membership change. Nothing here knows of logs, terms or messages.
 */
package io.kelson.raft.quorum;
