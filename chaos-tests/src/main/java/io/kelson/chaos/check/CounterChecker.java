package io.kelson.chaos.check;

import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Checks that a counter counts: a read gives no less than what had been added and acknowledged
 * before it began, and no more than what anybody had tried to add by its end.
 *
 * <p>The counter is one key whose value is a decimal number. An addition is a transaction that puts
 * the key under a condition; it adds the difference to the value that it compares with, or one if
 * it compares something else, such as the mod revision. Only additions of a positive number are
 * made. A counter that is not there is 0.
 */
public final class CounterChecker implements Checker {
  private final Bytes key;

  /** Checks the counter under a key. */
  public CounterChecker(Bytes key) {
    this.key = key;
  }

  @Override
  public String name() {
    return "counter";
  }

  /** Sums of additions by time. */
  private static final class Sums {
    private final long[] times;
    private final long[] sums;

    Sums(long[][] additions) {
      Arrays.sort(additions, (one, other) -> Long.compare(one[0], other[0]));
      times = new long[additions.length];
      sums = new long[additions.length + 1];
      for (int i = 0; i < times.length; i++) {
        times[i] = additions[i][0];
        sums[i + 1] = sums[i] + additions[i][1];
      }
    }

    /** What was added at times before this one. */
    long before(long time) {
      int lo = 0;
      int hi = times.length;
      while (lo < hi) {
        int middle = (lo + hi) >>> 1;
        if (times[middle] < time) {
          lo = middle + 1;
        } else {
          hi = middle;
        }
      }
      return sums[lo];
    }
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    long initial =
        evidence.initial().stream()
            .filter(kv -> kv.key().equals(key))
            .mapToLong(kv -> Decimal.parse(kv.value()).orElse(0))
            .sum();
    Sums acknowledged =
        new Sums(
            evidence.operations().stream()
                .filter(op -> addition(op) > 0 && Calls.ok(op))
                .map(op -> new long[] {op.endNanos(), addition(op)})
                .toArray(long[][]::new));
    Sums tried =
        new Sums(
            evidence.operations().stream()
                .filter(op -> addition(op) > 0)
                .map(op -> new long[] {op.startNanos(), addition(op)})
                .toArray(long[][]::new));
    findings.count("additions", acknowledged.times.length);
    for (Operation op : evidence.operations()) {
      if (Calls.ok(op) && op.call().readOnly()) {
        long least =
            Calls.linearizable(op.call())
                ? initial + acknowledged.before(op.startNanos())
                : initial;
        read(op, least, initial + tried.before(op.endNanos() + 1), findings);
      }
    }
    long least = initial + acknowledged.before(Long.MAX_VALUE);
    long most = initial + tried.before(Long.MAX_VALUE);
    evidence
        .finals()
        .forEach(
            (name, state) ->
                judge(
                    state.kvs().stream().filter(kv -> kv.key().equals(key)).findAny().orElse(null),
                    least,
                    most,
                    name,
                    findings));
    return findings.verdict("the counter lost and made up nothing", "reads");
  }

  private void read(Operation op, long least, long most, Findings findings) {
    Calls.forEachAnswered(
        op.call(),
        op.result(),
        (step, result) -> {
          RangeOp range = (RangeOp) step;
          if (range.equals(RangeOp.key(key))
              || range.equals(RangeOp.builder(key).serializable(true).build())) {
            findings.count("reads", 1);
            RangeResult found = (RangeResult) result;
            judge(
                found.kvs().isEmpty() ? null : found.kvs().get(0),
                least,
                most,
                Describe.operation(op),
                findings);
          }
        });
  }

  private static void judge(KeyValue kv, long least, long most, String where, Findings findings) {
    OptionalLong value = kv == null ? OptionalLong.of(0) : Decimal.parse(kv.value());
    if (value.isEmpty()) {
      findings.add("no number: %s in %s".formatted(Describe.keyValue(kv), where));
    } else if (value.getAsLong() < least || value.getAsLong() > most) {
      findings.add(
          "%d is not between %d and %d in %s".formatted(value.getAsLong(), least, most, where));
    }
  }

  /** What an operation adds or may have added; 0 if it is no addition. */
  private long addition(Operation op) {
    if (op.status() == Status.FAILED || (Calls.ok(op) && !op.result().succeeded())) {
      return 0;
    }
    for (Op step : op.call().success()) {
      if (step.kind() == Op.Kind.PUT && ((PutOp) step).key().equals(key)) {
        OptionalLong value = Decimal.parse(((PutOp) step).value());
        return value.isEmpty() ? 0 : difference(op, value.getAsLong());
      }
    }
    return 0;
  }

  private long difference(Operation op, long value) {
    for (Compare compare : op.call().compares()) {
      if (!compare.key().equals(key) || compare.relation() != Compare.Relation.EQUAL) {
        continue;
      }
      if (compare.target() == Compare.Target.VALUE) {
        return value - Decimal.parse(compare.value()).orElse(value);
      }
      if (compare.target() != Compare.Target.LEASE && compare.number() == 0) {
        return value;
      }
    }
    return 1;
  }
}
