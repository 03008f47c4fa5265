package io.kelson.chaos.check;

import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.DeleteOp;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What became of the keys that hung on leases, by the log of events. For one thread. */
final class LeaseKeys {
  private record Sight(long revision, long nanos) {}

  private final StoreHistory store;
  private final Map<Long, List<KeyValue>> attached = new HashMap<>();
  private final Map<Long, List<StoreHistory.LeaseEnd>> ends = new HashMap<>();
  private final Set<Long> claimed = new HashSet<>();
  private final List<DeleteOp> unknownDeletes = new ArrayList<>();
  private final long[] revisions;
  private final long[] seenBy;

  LeaseKeys(Evidence evidence, StoreHistory store) {
    this.store = store;
    for (Bytes key : store.keys()) {
      for (KeyValue kv : store.versions(key)) {
        if (kv.lease() != 0) {
          attached.computeIfAbsent(kv.lease(), id -> new ArrayList<>()).add(kv);
        }
      }
    }
    store
        .leaseEnds()
        .forEach(end -> ends.computeIfAbsent(end.lease(), id -> new ArrayList<>()).add(end));
    List<Sight> sights = new ArrayList<>();
    for (Operation op : evidence.operations()) {
      if (op.status() == Status.OK) {
        sights.add(new Sight(Calls.revision(op), op.endNanos()));
        if (Calls.changed(op.result())) {
          claimed.add(Calls.revision(op));
        }
      } else if (op.status() == Status.UNKNOWN) {
        Calls.forEachStep(
            op.call(),
            step -> {
              if (step.kind() == Op.Kind.DELETE) {
                unknownDeletes.add((DeleteOp) step);
              }
            });
      }
    }
    sights.addAll(others(evidence));
    sights.sort(Comparator.comparingLong(Sight::revision));
    revisions = sights.stream().mapToLong(Sight::revision).toArray();
    seenBy = sights.stream().mapToLong(Sight::nanos).toArray();
    for (int i = seenBy.length - 2; i >= 0; i--) {
      seenBy[i] = Math.min(seenBy[i], seenBy[i + 1]);
    }
  }

  private static List<Sight> others(Evidence evidence) {
    List<Sight> sights = new ArrayList<>();
    for (LeaseRecord record : evidence.leases()) {
      if (record.status() == Status.OK) {
        sights.add(new Sight(record.revision(), record.endNanos()));
      }
    }
    for (WatchRecord watch : evidence.watches()) {
      for (WatchRecord.Item item : watch.items()) {
        if (item instanceof WatchRecord.Events) {
          WatchRecord.Events events = (WatchRecord.Events) item;
          sights.add(new Sight(events.headerRevision(), events.nanos()));
        }
      }
    }
    return sights;
  }

  /** Compares what became of a lease's keys with what clients were told about it. */
  void check(LeaseLife life, Findings findings) {
    List<StoreHistory.LeaseEnd> deletions = new ArrayList<>();
    for (StoreHistory.LeaseEnd end : ends.getOrDefault(life.lease(), List.of())) {
      if (!claimed.contains(end.revision()) && !maybeDeleted(end)) {
        deletions.add(end);
      }
    }
    for (StoreHistory.LeaseEnd end : deletions) {
      findings.count("ends-in-the-log", 1);
      if (!end.complete()) {
        findings.add(
            "lease %d: at revision %d only some of its keys went: %s"
                .formatted(end.lease(), end.revision(), end.keys()));
      }
      long nanos = firstSight(end.revision());
      if (nanos < Long.MAX_VALUE) {
        life.early(nanos, "its keys were deleted at revision " + end.revision());
      }
    }
    for (LeaseRecord call : life.revocations()) {
      if (call.status() == Status.OK && call.revision() > 0) {
        left(life.lease(), call, findings);
      }
    }
  }

  private boolean maybeDeleted(StoreHistory.LeaseEnd end) {
    return unknownDeletes.stream()
        .anyMatch(delete -> View.contains(delete.key(), delete.rangeEnd(), end.keys().get(0)));
  }

  /** The first moment by which a revision had surely happened. */
  private long firstSight(long revision) {
    int lo = 0;
    int hi = revisions.length;
    while (lo < hi) {
      int middle = (lo + hi) >>> 1;
      if (revisions[middle] < revision) {
        lo = middle + 1;
      } else {
        hi = middle;
      }
    }
    return lo == revisions.length ? Long.MAX_VALUE : seenBy[lo];
  }

  private void left(long lease, LeaseRecord call, Findings findings) {
    for (KeyValue kv : attached.getOrDefault(lease, List.of())) {
      KeyValue then = store.at(call.revision()).get(kv.key());
      if (kv.modRevision() > call.revision()) {
        findings.add(
            "lease %d: a key was attached after its end: %s\n  %s"
                .formatted(lease, Describe.keyValue(kv), call));
      } else if (then != null && then.lease() == lease && then.equals(kv)) {
        findings.add(
            "lease %d: a key outlived its revocation: %s\n  %s"
                .formatted(lease, Describe.keyValue(kv), call));
      }
    }
  }
}
