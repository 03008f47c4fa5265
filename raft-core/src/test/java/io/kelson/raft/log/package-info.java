/**
 * Tests of the log, and {@link io.kelson.raft.log.CrashableDirectory}: the disk that loses power,
 * for these tests and for the simulator.
 */
package io.kelson.raft.log;
