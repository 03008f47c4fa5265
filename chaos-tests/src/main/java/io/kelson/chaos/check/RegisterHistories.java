package io.kelson.chaos.check;

import io.kelson.chaos.check.RegisterOp.Condition;
import io.kelson.chaos.check.RegisterOp.Kind;
import io.kelson.chaos.check.RegisterOp.Step;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.DeleteResult;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Splits a run into the histories of single registers.
 *
 * <p>Taken are operations that touch one key: reads, writes, deletions and compare-and-set by
 * value, by absence, or by a mod revision whose value is known and was written only once. A key is
 * left out as soon as something else may write it: a transaction over several keys, a range
 * deletion, a lease. Reads that do not fit are left out alone.
 */
final class RegisterHistories {
  /** One key's operations and the value it began with. */
  record History(List<RegisterOp> ops, int initial) {}

  private final Map<Bytes, List<RegisterOp>> ops = new HashMap<>();
  private final Map<Bytes, Map<Bytes, Integer>> ids = new HashMap<>();
  private final Map<Bytes, Map<Bytes, Integer>> writes = new HashMap<>();
  private final Map<Bytes, Map<Long, Bytes>> valueAt = new HashMap<>();
  private final Map<Bytes, Integer> initial = new HashMap<>();
  private final Set<Bytes> unfit = new HashSet<>();
  private final List<DeleteOp> unfitRanges = new ArrayList<>();
  private final Evidence evidence;
  private final Findings findings;

  private RegisterHistories(Evidence evidence, Findings findings) {
    this.evidence = evidence;
    this.findings = findings;
  }

  /** Splits; what is left out is counted. */
  static Map<Bytes, History> of(Evidence evidence, Findings findings) {
    return new RegisterHistories(evidence, findings).split();
  }

  private Map<Bytes, History> split() {
    // What clients were told overrides it: the log only helps to read compares.
    evidence.log().forEach(batch -> batch.events().forEach(event -> see(event.kv())));
    for (KeyValue kv : evidence.initial()) {
      initial.put(kv.key(), id(kv.key(), kv.value()));
      see(kv);
      countWrite(kv.key(), kv.value());
      if (kv.lease() != 0) {
        unfit.add(kv.key());
      }
    }
    evidence.operations().stream().filter(op -> op.status() != Status.FAILED).forEach(this::learn);
    evidence.operations().stream().filter(op -> op.status() != Status.FAILED).forEach(this::take);
    Map<Bytes, History> histories = new HashMap<>();
    for (Map.Entry<Bytes, List<RegisterOp>> entry : ops.entrySet()) {
      Bytes key = entry.getKey();
      if (unfit.contains(key)
          || unfitRanges.stream().anyMatch(r -> View.contains(r.key(), r.rangeEnd(), key))) {
        findings.count("keys-left-out", 1);
        findings.count("operations-left-out", entry.getValue().size());
      } else {
        addFinal(key, entry.getValue());
        histories.put(key, new History(entry.getValue(), initial.getOrDefault(key, 0)));
      }
    }
    return histories;
  }

  /** What the members held in the end is one more read. */
  private void addFinal(Bytes key, List<RegisterOp> list) {
    // Also after the beginning of those that nobody saw the end of: they may have come last.
    long end =
        list.stream().mapToLong(op -> op.open() ? op.startNanos() : op.endNanos()).max().orElse(0);
    evidence.finals().values().stream()
        .findAny()
        .ifPresent(
            last -> {
              int value =
                  last.kvs().stream()
                      .filter(kv -> kv.key().equals(key))
                      .map(kv -> id(key, kv.value()))
                      .findAny()
                      .orElse(0);
              List<Step> read = List.of(new Step(Kind.READ, value));
              String text = "the final state, value " + value;
              list.add(new RegisterOp(-1, end + 1, end + 2, List.of(), read, read, true, text));
            });
  }

  private int id(Bytes key, Bytes value) {
    Map<Bytes, Integer> known = ids.computeIfAbsent(key, k -> new HashMap<>());
    return known.computeIfAbsent(value, v -> known.size() + 1);
  }

  private void see(KeyValue kv) {
    valueAt.computeIfAbsent(kv.key(), k -> new HashMap<>()).put(kv.modRevision(), kv.value());
  }

  private void countWrite(Bytes key, Bytes value) {
    writes.computeIfAbsent(key, k -> new HashMap<>()).merge(value, 1, Integer::sum);
  }

  /** Notes which values were seen at which mod revisions, and how often each may be written. */
  private void learn(Operation op) {
    Calls.forEachStep(
        op.call(),
        step -> {
          if (step.kind() == Op.Kind.PUT) {
            countWrite(((PutOp) step).key(), ((PutOp) step).value());
          }
        });
    if (op.status() == Status.OK) {
      long revision = Calls.revision(op);
      Calls.forEachAnswered(
          op.call(),
          op.result(),
          (step, result) -> {
            if (step.kind() == Op.Kind.RANGE && !((RangeOp) step).keysOnly()) {
              ((RangeResult) result).kvs().forEach(this::see);
            } else if (step.kind() == Op.Kind.PUT) {
              PutOp put = (PutOp) step;
              see(new KeyValue(put.key(), 0, revision, 0, put.value(), 0));
            }
          });
    }
  }

  private void take(Operation op) {
    Bytes key = onlyKey(op.call());
    boolean writes = writes(op.call());
    if (key == null || !fits(op.call(), key)) {
      findings.count("operations-left-out", 1);
      if (writes) {
        leaveOut(op.call());
      }
    } else if (writes || (op.status() == Status.OK && Calls.linearizable(op.call()))) {
      ops.computeIfAbsent(key, k -> new ArrayList<>()).add(convert(op, key));
    } else {
      findings.count("operations-left-out", 1);
    }
  }

  private static boolean writes(TxnOp call) {
    return !call.readOnly();
  }

  private void leaveOut(TxnOp call) {
    Calls.forEachStep(
        call,
        step -> {
          if (step.kind() == Op.Kind.PUT) {
            unfit.add(((PutOp) step).key());
          } else if (step.kind() == Op.Kind.DELETE) {
            DeleteOp delete = (DeleteOp) step;
            if (delete.rangeEnd().isEmpty()) {
              unfit.add(delete.key());
            } else {
              unfitRanges.add(delete);
            }
          }
        });
  }

  /** The one key that a call touches; null if there are more, or ranges, or nested calls. */
  private static Bytes onlyKey(TxnOp call) {
    Set<Bytes> keys = new HashSet<>();
    call.compares()
        .forEach(compare -> keys.add(compare.rangeEnd().isEmpty() ? compare.key() : null));
    List<Op> steps = new ArrayList<>(call.success());
    steps.addAll(call.failure());
    for (Op step : steps) {
      keys.add(
          switch (step.kind()) {
            case RANGE -> ((RangeOp) step).rangeEnd().isEmpty() ? ((RangeOp) step).key() : null;
            case PUT -> ((PutOp) step).key();
            case DELETE -> ((DeleteOp) step).rangeEnd().isEmpty() ? ((DeleteOp) step).key() : null;
            case TXN -> null;
          });
    }
    return keys.size() == 1 ? keys.iterator().next() : null;
  }

  private boolean fits(TxnOp call, Bytes key) {
    if (!call.compares().stream().allMatch(compare -> condition(compare, key) != null)) {
      return false;
    }
    boolean[] fits = {true};
    Calls.forEachStep(
        call,
        step -> {
          if (step.kind() == Op.Kind.PUT) {
            PutOp put = (PutOp) step;
            fits[0] &= put.lease() == 0 && !put.ignoreValue();
          } else if (step.kind() == Op.Kind.RANGE) {
            RangeOp range = (RangeOp) step;
            fits[0] &= range.equals(RangeOp.key(key)) || range.equals(stale(key));
          }
        });
    return fits[0];
  }

  private static RangeOp stale(Bytes key) {
    return RangeOp.builder(key).serializable(true).build();
  }

  /** A compare as a condition on the value; null if it cannot be made one. */
  private Condition condition(Compare compare, Bytes key) {
    boolean equal = compare.relation() == Compare.Relation.EQUAL;
    boolean other = compare.relation() == Compare.Relation.NOT_EQUAL;
    boolean more = compare.relation() == Compare.Relation.GREATER;
    return switch (compare.target()) {
      // Of a key that is not there "another value" does not hold either: two conditions, so no.
      case VALUE -> equal ? new Condition(id(key, compare.value()), true) : null;
      case LEASE -> null;
      case VERSION, CREATE_REVISION ->
          compare.number() == 0 && (equal || other || more) ? new Condition(0, equal) : null;
      case MOD_REVISION -> {
        if (compare.number() == 0 && (equal || other || more)) {
          yield new Condition(0, equal);
        }
        Bytes value = valueAt.getOrDefault(key, Map.of()).get(compare.number());
        boolean once =
            value != null && writes.getOrDefault(key, Map.of()).getOrDefault(value, 0) == 1;
        yield once && (equal || other) ? new Condition(id(key, value), equal) : null;
      }
    };
  }

  private RegisterOp convert(Operation op, Bytes key) {
    List<Condition> conditions =
        op.call().compares().stream().map(compare -> condition(compare, key)).toList();
    Boolean succeeded = op.status() == Status.OK ? op.result().succeeded() : null;
    List<OpResult> results = op.status() == Status.OK ? op.result().results() : List.of();
    boolean then = succeeded == null || succeeded;
    return new RegisterOp(
        op.client(),
        op.startNanos(),
        op.endNanos(),
        conditions,
        steps(op.call().success(), then ? results : List.of(), key),
        steps(op.call().failure(), then ? List.of() : results, key),
        succeeded,
        Describe.operation(op));
  }

  private List<Step> steps(List<Op> steps, List<OpResult> results, Bytes key) {
    List<Step> converted = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      OpResult result = i < results.size() ? results.get(i) : null;
      converted.add(
          switch (steps.get(i).kind()) {
            case RANGE ->
                new Step(Kind.READ, result == null ? -1 : read((RangeResult) result, key));
            case DELETE ->
                new Step(
                    Kind.DELETE, result == null ? -1 : (int) ((DeleteResult) result).deleted());
            case PUT -> new Step(Kind.WRITE, id(key, ((PutOp) steps.get(i)).value()));
            case TXN -> throw new IllegalStateException("nested transactions do not get here");
          });
    }
    return converted;
  }

  private int read(RangeResult result, Bytes key) {
    return result.kvs().isEmpty() ? 0 : id(key, result.kvs().get(0).value());
  }
}
