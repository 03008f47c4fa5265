/**
 * The Raft algorithm as a function.
 *
 * <p>{@link io.kelson.raft.core.RaftCore} takes one {@link io.kelson.raft.core.Input} and returns
 * {@link io.kelson.raft.core.Effects}. It reads no clock, draws no random number of its own, opens
 * no file and starts no thread; the same inputs and the same random source give the same effects.
 *
 * <p>Where to look: term rules and the order of effects in {@code RaftCore}; giving votes in {@code
 * Voting}; what a role does in {@code FollowerRole}, {@code CandidateRole} and {@code LeaderRole};
 * sending entries in {@code Replication}; linearizable reads in {@code ReadRounds} (at the leader)
 * and {@code ForwardedReads} (at a follower); the log's pointers in {@code RaftLog}; which write
 * makes what durable in {@code WriteLedger}, and what has to wait for it in {@code Persistence};
 * which configuration is in force in {@code Membership}.
 */
package io.kelson.raft.core;
