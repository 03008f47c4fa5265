/**
 * What turns the pure core into a running member: the loop, the apply thread, the fetch thread, and
 * their wiring with the log writer and the transport. Start reading at {@link
 * io.kelson.raft.runtime.RaftNode}.
 */
package io.kelson.raft.runtime;
