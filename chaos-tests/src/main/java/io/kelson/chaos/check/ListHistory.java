package io.kelson.chaos.check;

import io.kelson.chaos.check.DependencyGraph.Kind;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The lists of a run and who read and wrote them; makes the graph of what came before what.
 *
 * <p>A node is an operation: those that were answered and those whose outcome is unknown. The state
 * at the end is one more, which came after all that ended.
 */
final class ListHistory {
  private final TreeMap<Bytes, ListKey> keys = new TreeMap<>();
  private final List<Operation> nodes = new ArrayList<>();
  private final Bytes prefix;
  private boolean last;

  private ListHistory(Bytes prefix) {
    this.prefix = prefix;
  }

  /** Collects the lists and recovers their order; what does not fit is reported. */
  static ListHistory of(Evidence evidence, Bytes prefix, Findings findings) {
    ListHistory history = new ListHistory(prefix);
    for (KeyValue kv : evidence.initial()) {
      if (kv.key().startsWith(prefix)) {
        history.key(kv.key()).begin(kv.value().utf8());
      }
    }
    for (Operation op : evidence.operations()) {
      if (op.status() == Status.OK) {
        findings.count("operations", 1);
        history.answered(op);
      } else {
        history.unanswered(op);
      }
    }
    history.addFinal(evidence, findings);
    history.keys.values().forEach(key -> key.recover(findings));
    history.keys.values().forEach(key -> history.intermediate(key, findings));
    findings.count("keys", history.keys.size());
    return history;
  }

  private ListKey key(Bytes key) {
    return keys.computeIfAbsent(key, ListKey::new);
  }

  private void answered(Operation op) {
    int node = nodes.size();
    nodes.add(op);
    Set<Bytes> own = new HashSet<>();
    Calls.forEachAnswered(
        op.call(),
        op.result(),
        (step, result) -> {
          if (step.kind() == Op.Kind.RANGE) {
            read(node, (RangeOp) step, (RangeResult) result, own);
          } else if (step.kind() == Op.Kind.PUT && ((PutOp) step).key().startsWith(prefix)) {
            PutOp put = (PutOp) step;
            own.add(put.key());
            key(put.key()).wrote(node, put.value().utf8(), true);
            // It has seen the list it has written, and nobody can have come between.
            key(put.key()).saw(node, put.value().utf8());
          }
        });
    // The branch that did not run wrote nothing.
    List<Op> other = op.result().succeeded() ? op.call().failure() : op.call().success();
    Calls.forEachStep(new TxnOp(List.of(), other, List.of()), step -> written(node, step, false));
  }

  private void unanswered(Operation op) {
    int node = nodes.size();
    nodes.add(op);
    Calls.forEachStep(op.call(), step -> written(node, step, op.status() == Status.UNKNOWN));
  }

  private void written(int node, Op step, boolean effective) {
    if (step.kind() == Op.Kind.PUT && ((PutOp) step).key().startsWith(prefix)) {
      PutOp put = (PutOp) step;
      key(put.key()).wrote(node, put.value().utf8(), effective);
    }
  }

  private void read(int node, RangeOp range, RangeResult result, Set<Bytes> own) {
    if (range.keysOnly() || range.countOnly() || range.revision() > 0) {
      return;
    }
    for (KeyValue kv : result.kvs()) {
      if (kv.key().startsWith(prefix) && !own.contains(kv.key())) {
        key(kv.key()).saw(node, kv.value().utf8());
      }
    }
    // Only of a single key is it known that it was looked for and not there.
    if (range.rangeEnd().isEmpty()
        && result.kvs().isEmpty()
        && range.key().startsWith(prefix)
        && !own.contains(range.key())) {
      key(range.key()).saw(node, "");
    }
  }

  private void addFinal(Evidence evidence, Findings findings) {
    evidence.finals().values().stream()
        .findAny()
        .ifPresent(
            state -> {
              last = true;
              findings.count("final-state", 1);
              Set<Bytes> there = new HashSet<>();
              for (KeyValue kv : state.kvs()) {
                if (kv.key().startsWith(prefix)) {
                  key(kv.key()).saw(nodes.size(), kv.value().utf8());
                  there.add(kv.key());
                }
              }
              keys.values().stream()
                  .filter(key -> !there.contains(key.key()))
                  .forEach(key -> key.saw(nodes.size(), ""));
            });
  }

  /** A list that ends between two elements of one append was read in the middle of it. */
  private void intermediate(ListKey key, Findings findings) {
    for (ListKey.Seen list : key.seen()) {
      int length = key.length(list.text());
      if (length <= 0 || length >= key.order().size()) {
        continue;
      }
      Integer writer = key.writer(key.order().get(length - 1));
      if (writer != null && writer >= 0 && writer.equals(key.writer(key.order().get(length)))) {
        findings.add(
            "G1b: %s was read in the middle of an append:\n  %s\n  %s"
                .formatted(key.key(), describe(list.node()), describe(writer)));
      }
    }
  }

  /** One transaction in words. */
  String describe(int node) {
    return node == nodes.size() ? "the state at the end" : Describe.operation(nodes.get(node));
  }

  /** The graph of what came before what. */
  DependencyGraph graph() {
    int size = nodes.size() + (last ? 1 : 0);
    long[] starts = new long[size];
    long[] ends = new long[size];
    Arrays.fill(starts, Long.MIN_VALUE);
    Arrays.fill(ends, Long.MAX_VALUE);
    for (int i = 0; i < nodes.size(); i++) {
      if (bound(i)) {
        starts[i] = nodes.get(i).startNanos();
        ends[i] = nodes.get(i).endNanos();
      }
    }
    if (last) {
      starts[nodes.size()] = Long.MAX_VALUE;
    }
    DependencyGraph graph = new DependencyGraph(starts, ends);
    keys.values().forEach(key -> addEdges(graph, key));
    addRealTime(graph);
    return graph;
  }

  private void addEdges(DependencyGraph graph, ListKey key) {
    List<String> order = key.order();
    for (int i = 0; i + 1 < order.size(); i++) {
      Integer before = key.writer(order.get(i));
      Integer after = key.writer(order.get(i + 1));
      if (before != null && before >= 0 && after != null && after >= 0) {
        String why = "%s: %s then %s".formatted(key.key(), order.get(i), order.get(i + 1));
        graph.add(before, after, Kind.WW, why);
      }
    }
    for (ListKey.Seen list : key.seen()) {
      int length = key.length(list.text());
      if (length < 0) {
        continue;
      }
      Integer writer = length == 0 ? null : key.writer(order.get(length - 1));
      addRead(graph, key, list.node(), length, writer);
      int before = length;
      while (before > 0 && Integer.valueOf(list.node()).equals(key.writer(order.get(before - 1)))) {
        before--;
      }
      // A guarded append saw what was there before, which is a read like any other.
      if (before < length && guarded(list.node(), key.key())) {
        addRead(
            graph,
            key,
            list.node(),
            before,
            before == 0 ? null : key.writer(order.get(before - 1)));
      }
    }
  }

  private static void addRead(
      DependencyGraph graph, ListKey key, int node, int length, Integer writer) {
    List<String> order = key.order();
    if (writer != null && writer >= 0) {
      graph.add(writer, node, Kind.WR, key.key() + ": read " + order.get(length - 1));
    }
    if (length < order.size()) {
      Integer next = key.writer(order.get(length));
      if (next != null && next >= 0) {
        graph.add(node, next, Kind.RW, key.key() + ": did not read " + order.get(length));
      }
    }
  }

  private boolean guarded(int node, Bytes key) {
    return node < nodes.size()
        && nodes.get(node).call().compares().stream()
            .anyMatch(
                compare ->
                    compare.key().equals(key)
                        && compare.rangeEnd().isEmpty()
                        && compare.relation() == Compare.Relation.EQUAL);
  }

  /**
   * Adds who ended before whom began, without what follows from the rest: an operation comes
   * directly after those that had ended when it began, except those that ended before another of
   * them began.
   */
  private void addRealTime(DependencyGraph graph) {
    List<Integer> bound = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (bound(i)) {
        bound.add(i);
      }
    }
    List<Integer> byEnd = new ArrayList<>(bound);
    byEnd.sort(Comparator.comparingLong(i -> nodes.get(i).endNanos()));
    bound.sort(Comparator.comparingLong(i -> nodes.get(i).startNanos()));
    List<Integer> frontier = new ArrayList<>();
    int ended = 0;
    for (int node : bound) {
      long start = nodes.get(node).startNanos();
      while (ended < byEnd.size() && nodes.get(byEnd.get(ended)).endNanos() < start) {
        enter(frontier, byEnd.get(ended++));
      }
      frontier.forEach(before -> graph.add(before, node, Kind.RT, ""));
    }
    while (last
        && ended < byEnd.size()
        && nodes.get(byEnd.get(ended)).endNanos() < Long.MAX_VALUE) {
      enter(frontier, byEnd.get(ended++));
    }
    if (last) {
      frontier.forEach(before -> graph.add(before, nodes.size(), Kind.RT, ""));
    }
  }

  private boolean bound(int node) {
    Operation op = nodes.get(node);
    return op.status() != Status.FAILED && Calls.linearizable(op.call());
  }

  private void enter(List<Integer> frontier, int node) {
    long start = nodes.get(node).startNanos();
    frontier.removeIf(before -> nodes.get(before).endNanos() < start);
    frontier.add(node);
  }
}
