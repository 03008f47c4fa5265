package io.kelson.chaos.check;

import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.FencedWrite;
import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchBatch;
import java.util.List;
import java.util.Map;

/**
 * Everything a run left behind for the checkers.
 *
 * @param initialRevision header revision before the first operation
 * @param initial the store then, as far as the workload's prefix goes
 * @param operations calls on keys, in no particular order
 * @param watches what watchers heard
 * @param leases calls about leases
 * @param fencedWrites what guarded resources saw, in their order
 * @param auths changes of what users may do, and which client acts as which user
 * @param log the whole sequence of events after {@code initialRevision}, a batch a revision: one
 *     watch that was open all along, started before the first operation and closed after the last
 *     member had caught up
 * @param finals what every member held after the last fault was healed
 */
public record Evidence(
    long initialRevision,
    List<KeyValue> initial,
    List<Operation> operations,
    List<WatchRecord> watches,
    List<LeaseRecord> leases,
    List<FencedWrite> fencedWrites,
    List<AuthRecord> auths,
    List<WatchBatch> log,
    Map<String, FinalState> finals) {
  public Evidence {
    initial = List.copyOf(initial);
    operations = List.copyOf(operations);
    watches = List.copyOf(watches);
    leases = List.copyOf(leases);
    fencedWrites = List.copyOf(fencedWrites);
    auths = List.copyOf(auths);
    log = List.copyOf(log);
    finals = Map.copyOf(finals);
  }

  /**
   * What one member held in the end.
   *
   * @param revision the revision that was read, the same for all members
   * @param hash of {@code HashKV} at that revision
   * @param compactRevision where the member was compacted when it took the hash
   * @param kvs every pair of the workload's prefix, read from this member alone at that revision
   */
  public record FinalState(long revision, long hash, long compactRevision, List<KeyValue> kvs) {
    public FinalState {
      kvs = List.copyOf(kvs);
    }
  }
}
