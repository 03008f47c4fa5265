/**
 * Whole clusters on one thread, from one seed: virtual time, a network that loses, repeats, delays,
 * reorders and partitions, disks that forget what was not synced, members that crash, pause and
 * come back. Invariants are checked after every event; at the end everything is healed and the
 * cluster must converge. Start reading at {@link io.kelson.raft.sim.Simulation}.
 */
package io.kelson.raft.sim;
