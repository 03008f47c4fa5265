package io.kelson.chaos.check;

import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.DeleteOp;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks that a set keeps what it was given: every element whose addition was acknowledged is there
 * in the end, and in every linearizable read that began later; nothing is there that nobody added,
 * or before anybody tried, or with another value than it was added with.
 *
 * <p>An element is a key of its own; it is added by a put, once, and never deleted (an element that
 * somebody tried to delete is not judged).
 */
public final class SetChecker implements Checker {
  private record Addition(Bytes element, Bytes value, Operation op) {}

  private final Bytes prefix;

  /**
   * Checks one set.
   *
   * @param prefix what the keys of all elements, and no others, begin with
   */
  public SetChecker(Bytes prefix) {
    this.prefix = prefix;
  }

  @Override
  public String name() {
    return "set";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    Map<Bytes, Addition> tried = new HashMap<>();
    Set<Bytes> spared = new HashSet<>();
    evidence.initial().forEach(kv -> spared.add(kv.key()));
    List<Addition> acknowledged = new ArrayList<>();
    for (Operation op : evidence.operations()) {
      if (op.status() == Status.FAILED) {
        continue;
      }
      Calls.forEachStep(op.call(), step -> note(step, op, tried, spared, evidence));
      if (Calls.ok(op)) {
        Calls.forEachAnswered(
            op.call(),
            op.result(),
            (step, result) -> {
              if (step.kind() == Op.Kind.PUT && ((PutOp) step).key().startsWith(prefix)) {
                PutOp put = (PutOp) step;
                acknowledged.add(new Addition(put.key(), put.value(), op));
              }
            });
      }
    }
    acknowledged.removeIf(addition -> spared.contains(addition.element()));
    acknowledged.sort(Comparator.comparingLong(addition -> addition.op().endNanos()));
    findings.count("acknowledged", acknowledged.size());
    for (Operation op : evidence.operations()) {
      if (Calls.ok(op) && op.call().readOnly()) {
        read(op, acknowledged, tried, spared, findings);
      }
    }
    evidence
        .finals()
        .forEach(
            (name, state) -> {
              findings.count("members", 1);
              List<KeyValue> elements =
                  state.kvs().stream().filter(kv -> kv.key().startsWith(prefix)).toList();
              judge(elements, acknowledged, Long.MAX_VALUE, name, findings);
              added(elements, tried, spared, Long.MAX_VALUE, name, findings);
            });
    if (evidence.finals().isEmpty()) {
      findings.undecided("no member's state at the end");
    }
    return findings.verdict("no acknowledged element is lost", "acknowledged");
  }

  private void note(
      Op step, Operation op, Map<Bytes, Addition> tried, Set<Bytes> spared, Evidence evidence) {
    if (step.kind() == Op.Kind.PUT && ((PutOp) step).key().startsWith(prefix)) {
      PutOp put = (PutOp) step;
      Addition other = tried.putIfAbsent(put.key(), new Addition(put.key(), put.value(), op));
      if (other != null && !other.value().equals(put.value())) {
        spared.add(put.key());
      }
    } else if (step.kind() == Op.Kind.DELETE) {
      DeleteOp delete = (DeleteOp) step;
      if (delete.rangeEnd().isEmpty()) {
        spared.add(delete.key());
      } else {
        evidence.operations().stream()
            .flatMap(other -> other.call().success().stream())
            .filter(put -> put.kind() == Op.Kind.PUT)
            .map(put -> ((PutOp) put).key())
            .filter(key -> View.contains(delete.key(), delete.rangeEnd(), key))
            .forEach(spared::add);
      }
    }
  }

  private void read(
      Operation op,
      List<Addition> acknowledged,
      Map<Bytes, Addition> tried,
      Set<Bytes> spared,
      Findings findings) {
    RangeOp all = RangeOp.builder(prefix).prefix().build();
    RangeOp stale = RangeOp.builder(prefix).prefix().serializable(true).build();
    Calls.forEachAnswered(
        op.call(),
        op.result(),
        (step, result) -> {
          if (step.equals(all) || step.equals(stale)) {
            findings.count("reads", 1);
            List<KeyValue> elements = ((RangeResult) result).kvs();
            String where = "a read [%d..%d]".formatted(op.startNanos(), op.endNanos());
            if (step.equals(all)) {
              judge(elements, acknowledged, op.startNanos(), where, findings);
            }
            added(elements, tried, spared, op.endNanos(), where, findings);
          }
        });
  }

  /** Everything that was acknowledged before must be there. */
  private static void judge(
      List<KeyValue> elements,
      List<Addition> acknowledged,
      long before,
      String where,
      Findings findings) {
    Set<Bytes> there = new HashSet<>();
    elements.forEach(kv -> there.add(kv.key()));
    for (Addition addition : acknowledged) {
      if (addition.op().endNanos() >= before) {
        return;
      }
      if (!there.contains(addition.element())) {
        findings.add(
            "lost: %s is not in %s:\n  %s"
                .formatted(addition.element(), where, Describe.operation(addition.op())));
      }
    }
  }

  /** Everything that is there must have been tried by then. */
  private static void added(
      List<KeyValue> elements,
      Map<Bytes, Addition> tried,
      Set<Bytes> spared,
      long by,
      String where,
      Findings findings) {
    for (KeyValue kv : elements) {
      Addition addition = tried.get(kv.key());
      if (spared.contains(kv.key())) {
        continue;
      }
      if (addition == null
          || !addition.value().equals(kv.value())
          || addition.op().startNanos() > by) {
        findings.add(
            "never added: %s in %s%s"
                .formatted(
                    Describe.keyValue(kv),
                    where,
                    addition == null ? "" : ":\n  " + Describe.operation(addition.op())));
      }
    }
  }
}
