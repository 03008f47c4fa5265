package io.kelson.chaos.history;

import java.util.ArrayList;
import java.util.List;

/** Everything recorded during one run. Thread-safe; reading copies. */
public final class History {
  private final long origin = System.nanoTime();
  private final List<Operation> operations = new ArrayList<>();
  private final List<WatchRecord> watches = new ArrayList<>();
  private final List<LeaseRecord> leases = new ArrayList<>();
  private final List<FencedWrite> fencedWrites = new ArrayList<>();
  private final List<AuthRecord> auths = new ArrayList<>();

  /** Nanoseconds since the beginning of the run, by this process's monotonic clock. */
  public long now() {
    return System.nanoTime() - origin;
  }

  /** Keeps an operation. */
  public synchronized void add(Operation operation) {
    operations.add(operation);
  }

  /** Keeps a watch that has ended. */
  public synchronized void add(WatchRecord watch) {
    watches.add(watch);
  }

  /** Keeps a call about a lease. */
  public synchronized void add(LeaseRecord lease) {
    leases.add(lease);
  }

  /** Keeps a write to a guarded resource; called by the resource, in its order. */
  public synchronized void add(FencedWrite write) {
    fencedWrites.add(write);
  }

  /** Keeps a change of what a user may do. */
  public synchronized void add(AuthRecord auth) {
    auths.add(auth);
  }

  /** All operations, in no particular order. */
  public synchronized List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** All watches that have ended. */
  public synchronized List<WatchRecord> watches() {
    return List.copyOf(watches);
  }

  /** All calls about leases. */
  public synchronized List<LeaseRecord> leases() {
    return List.copyOf(leases);
  }

  /** The guarded resources' writes, in their order. */
  public synchronized List<FencedWrite> fencedWrites() {
    return List.copyOf(fencedWrites);
  }

  /** All changes of what users may do, and who acts as which. */
  public synchronized List<AuthRecord> auths() {
    return List.copyOf(auths);
  }
}
