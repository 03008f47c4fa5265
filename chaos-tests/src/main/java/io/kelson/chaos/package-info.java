/**
 * The fault harness: clusters of real server processes on this machine, the faults that are done to
 * them, clients that write down everything they were told, and checks of what was written down.
 *
 * <p>Start reading at {@link io.kelson.chaos.ProcessCluster} (processes and faults), {@link
 * io.kelson.chaos.PutClient} and {@link io.kelson.chaos.RevisionWatcher} (what is recorded) and
 * {@link io.kelson.chaos.HistoryCheck} (what must hold). {@link io.kelson.chaos.NodeCommand} is the
 * seam to the server under test: Kelson and a stock etcd take the same flags, so the same test runs
 * against etcd as a control of the harness itself.
 */
package io.kelson.chaos;
