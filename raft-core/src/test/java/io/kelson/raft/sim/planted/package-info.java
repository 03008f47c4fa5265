/**
 * Planted bugs: mistakes that others have made or nearly made, put into copies of our sources and
 * handed to the simulator, which has to find them.
 *
 * <p>Nothing in the production code knows of this. {@link io.kelson.raft.sim.planted.Mutant} says
 * what to change, the registries list them by subject, {@link
 * io.kelson.raft.sim.planted.MutantRunner} compiles and runs one. docs/SIMULATION.md holds the
 * results.
 */
package io.kelson.raft.sim.planted;
