package io.kelson.server.lease;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** All leases a leader holds, by id and by when they have to be looked at. Not thread-safe. */
final class HeldLeases {
  private final Map<Long, HeldLease> byId = new HashMap<>();
  private final TreeSet<HeldLease> byWaking = new TreeSet<>(HeldLease.BY_WAKING);

  /** Adds a lease, in place of one that has its id. */
  void add(HeldLease lease) {
    remove(lease.id);
    byId.put(lease.id, lease);
    byWaking.add(lease);
  }

  HeldLease get(long id) {
    return byId.get(id);
  }

  /** Whether it is still this one and not another one of the same id. */
  boolean contains(HeldLease lease) {
    return byId.get(lease.id) == lease;
  }

  /** Takes the lease of that id out; null if there is none. */
  HeldLease remove(long id) {
    HeldLease lease = byId.remove(id);
    if (lease != null) {
      byWaking.remove(lease);
    }
    return lease;
  }

  /** The next lease to look at by now, which is out of the order of waking then; or null. */
  HeldLease pollDue(long nowMillis) {
    boolean due = !byWaking.isEmpty() && byWaking.first().wakeMillis <= nowMillis;
    return due ? byWaking.pollFirst() : null;
  }

  /** Puts a lease where it belongs in the order of waking, whether it is in there or not. */
  void reorder(HeldLease lease) {
    byWaking.remove(lease);
    lease.planWaking();
    byWaking.add(lease);
  }

  Collection<HeldLease> all() {
    return byId.values();
  }

  int size() {
    return byId.size();
  }
}
