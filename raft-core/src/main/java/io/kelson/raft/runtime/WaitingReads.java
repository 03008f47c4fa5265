package io.kelson.raft.runtime;

import io.kelson.raft.core.Rejection;
import java.util.List;
import java.util.TreeMap;

/** Reads that the core has been asked about and has not answered yet. Raft loop only. */
final class WaitingReads {
  private final TreeMap<Long, List<ReadWaiter>> byId = new TreeMap<>();
  private long nextId = 1;

  /** Numbers a group of reads that share one question. */
  long add(List<ReadWaiter> waiters) {
    long id = nextId++;
    byId.put(id, List.copyOf(waiters));
    return id;
  }

  /**
   * The group with that number, which waits no longer.
   *
   * @throws IllegalStateException if there is none: the core answers each question once
   */
  List<ReadWaiter> take(long id) {
    List<ReadWaiter> waiters = byId.remove(id);
    if (waiters == null) {
      throw new IllegalStateException("the core answered read " + id + ", which nobody waits for");
    }
    return waiters;
  }

  /** The node ends: nobody will be answered any more. */
  void failAll() {
    for (List<ReadWaiter> waiters : byId.values()) {
      waiters.forEach(waiter -> waiter.failed(Rejection.Reason.NO_LEADER));
    }
    byId.clear();
  }
}
