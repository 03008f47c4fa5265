/**
 * What two servers are compared in beside the loads: memory, restarts, failovers, and what a put
 * waits for while the store is compacted or a member is given a snapshot.
 *
 * <p>A {@link io.kelson.bench.scenario.Scenario} is put through once per side and pair, on a fresh
 * cluster of its own, and comes to one {@link io.kelson.bench.scenario.Reading} for each {@link
 * io.kelson.bench.scenario.Row} of the table. Clusters are made and deleted in one place, {@link
 * io.kelson.bench.scenario.ScenarioRun}.
 */
package io.kelson.bench.scenario;
