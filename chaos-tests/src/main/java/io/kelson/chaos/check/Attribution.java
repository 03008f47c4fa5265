package io.kelson.chaos.check;

import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.DeleteOp;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds for every revision that no answered operation accounts for the one that does: an operation
 * whose outcome stayed unknown, or the end of a lease.
 *
 * <p>Each of them can account for one revision only, and an operation only for revisions after all
 * that were known when it began. Values are mostly unique, so there is mostly one candidate;
 * deletions are not, so the assignment is a matching in a bipartite graph, by augmenting paths. For
 * one thread.
 */
final class Attribution {
  private static final long MOST_STEPS = 20_000_000;
  private static final int DEEPEST = 1_000;

  private record Write(Bytes key, Optional<Bytes> value) {}

  private final StoreHistory store;
  private final RealTime realTime;
  private final List<Operation> unknown;
  private final Map<Write, List<Integer>> puts = new HashMap<>();
  private final Map<Bytes, List<Integer>> deletes = new HashMap<>();
  private final Map<Integer, List<DeleteOp>> rangeDeletes = new HashMap<>();
  private final Map<Long, Integer> leases = new HashMap<>();
  private final Map<Long, List<Integer>> edges = new HashMap<>();
  private final Map<Integer, Long> taken = new HashMap<>();
  private long steps;

  Attribution(Evidence evidence, StoreHistory store, RealTime realTime) {
    this.store = store;
    this.realTime = realTime;
    this.unknown =
        evidence.operations().stream().filter(op -> op.status() == Status.UNKNOWN).toList();
    for (int i = 0; i < unknown.size(); i++) {
      int candidate = i;
      Calls.forEachStep(unknown.get(i).call(), step -> index(step, candidate));
    }
    for (LeaseRecord lease : evidence.leases()) {
      leases.putIfAbsent(lease.lease(), unknown.size() + leases.size());
    }
  }

  private void index(Op step, int candidate) {
    if (step.kind() == Op.Kind.PUT) {
      PutOp put = (PutOp) step;
      Optional<Bytes> value = put.ignoreValue() ? Optional.empty() : Optional.of(put.value());
      puts.computeIfAbsent(new Write(put.key(), value), write -> new ArrayList<>()).add(candidate);
    } else if (step.kind() == Op.Kind.DELETE) {
      DeleteOp delete = (DeleteOp) step;
      if (delete.rangeEnd().isEmpty()) {
        deletes.computeIfAbsent(delete.key(), key -> new ArrayList<>()).add(candidate);
      } else {
        rangeDeletes.computeIfAbsent(candidate, index -> new ArrayList<>()).add(delete);
      }
    }
  }

  /** Looks for an account of each of the revisions, which rise; those without one are returned. */
  List<Long> unexplained(List<Long> revisions) {
    List<Long> left = new ArrayList<>();
    for (long revision : revisions) {
      if (!augment(revision, new LinkedHashSet<>(), 0)) {
        left.add(revision);
      }
    }
    return left;
  }

  /** Whether the search was cut short, so that a revision may have an account all the same. */
  boolean gaveUp() {
    return steps > MOST_STEPS;
  }

  /** How many revisions were the effect of an operation with an unknown outcome. */
  long byUnknown() {
    return taken.keySet().stream().filter(node -> node < unknown.size()).count();
  }

  /** How many revisions were the end of a lease. */
  long byLease() {
    return taken.size() - byUnknown();
  }

  private boolean augment(long revision, Set<Integer> visited, int depth) {
    List<Integer> nodes = edges.computeIfAbsent(revision, this::candidates);
    for (int node : nodes) {
      if (!taken.containsKey(node)) {
        taken.put(node, revision);
        return true;
      }
    }
    for (int node : nodes) {
      if (steps++ > MOST_STEPS || depth > DEEPEST) {
        steps = MOST_STEPS + 1;
        return false;
      }
      if (visited.add(node) && augment(taken.get(node), visited, depth + 1)) {
        taken.put(node, revision);
        return true;
      }
    }
    return false;
  }

  private List<Integer> candidates(long revision) {
    List<WatchEvent> events = store.eventsAt(revision);
    Set<Integer> likely = new LinkedHashSet<>();
    for (WatchEvent event : events) {
      if (event.type() == WatchEvent.Type.PUT) {
        Bytes key = event.kv().key();
        likely.addAll(
            puts.getOrDefault(new Write(key, Optional.of(event.kv().value())), List.of()));
        likely.addAll(puts.getOrDefault(new Write(key, Optional.empty()), List.of()));
        break;
      }
    }
    List<Integer> found = new ArrayList<>();
    if (likely.isEmpty() && events.get(0).type() == WatchEvent.Type.DELETE) {
      addLeaseEnd(revision, found);
      Bytes key = events.get(0).kv().key();
      likely.addAll(deletes.getOrDefault(key, List.of()));
      rangeDeletes.forEach(
          (candidate, ranges) -> {
            steps++;
            if (ranges.stream().anyMatch(r -> View.contains(r.key(), r.rangeEnd(), key))) {
              likely.add(candidate);
            }
          });
    }
    for (int candidate : likely) {
      if (steps++ > MOST_STEPS) {
        break;
      }
      if (canBe(unknown.get(candidate), revision, events)) {
        found.add(candidate);
      }
    }
    return found;
  }

  private void addLeaseEnd(long revision, List<Integer> found) {
    StoreHistory.LeaseEnd end = store.leaseEnd(revision);
    if (end != null && end.complete() && leases.containsKey(end.lease())) {
      found.add(leases.get(end.lease()));
    }
  }

  private boolean canBe(Operation op, long revision, List<WatchEvent> events) {
    if (realTime.revisionBefore(op.startNanos()) >= revision) {
      return false;
    }
    TxnModel.Outcome outcome = TxnModel.run(store, revision - 1, op.call(), null);
    return outcome.mismatch() == null && Calls.sameEvents(outcome.events(), events);
  }

  /** Operations of any outcome that could have written what a revision holds, for a report. */
  static String suspects(Evidence evidence, List<WatchEvent> events) {
    WatchEvent event = events.get(0);
    return evidence.operations().stream()
        .filter(op -> writes(op, event))
        .limit(3)
        .map(op -> "\n  " + Describe.operation(op))
        .collect(Collectors.joining());
  }

  private static boolean writes(Operation op, WatchEvent event) {
    boolean[] found = new boolean[1];
    Calls.forEachStep(
        op.call(),
        step -> {
          if (step.kind() == Op.Kind.PUT && event.type() == WatchEvent.Type.PUT) {
            PutOp put = (PutOp) step;
            found[0] |=
                put.key().equals(event.kv().key()) && put.value().equals(event.kv().value());
          } else if (step.kind() == Op.Kind.DELETE && event.type() == WatchEvent.Type.DELETE) {
            DeleteOp delete = (DeleteOp) step;
            found[0] |= View.contains(delete.key(), delete.rangeEnd(), event.kv().key());
          }
        });
    return found[0];
  }
}
