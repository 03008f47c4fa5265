package io.kelson.chaos.workload;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Draws calls on a small set of keys. Conditions are drawn around what was last read, so that both
 * branches of transactions run. For one thread.
 *
 * <p>A server refuses a transaction that writes a key twice, so each gets its keys from a window of
 * the set that is cut in three: plain puts, nested puts, range deletions.
 */
final class TxnCalls {
  private static final int KEYS = 12;
  private static final int OLDEST = 60;

  private final Bytes prefix;
  private final RandomGenerator random;
  private final Values values;
  private final Map<Bytes, KeyValue> seen = new HashMap<>();
  private long newest;

  TxnCalls(Bytes prefix, RandomGenerator random, Values values) {
    this.prefix = prefix;
    this.random = random;
    this.values = values;
  }

  /** Learns from an answer. */
  void saw(TxnResult result) {
    newest = Math.max(newest, result.header().revision());
    for (OpResult step : result.results()) {
      if (step instanceof RangeResult range) {
        range.kvs().forEach(kv -> seen.put(kv.key(), kv));
      } else if (step instanceof TxnResult nested) {
        saw(nested);
      }
    }
  }

  TxnOp transaction() {
    int window = random.nextInt(KEYS);
    TxnOp.Builder txn = TxnOp.builder();
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.when(condition());
    }
    branch(window).forEach(txn::then);
    branch(window).forEach(txn::otherwise);
    return txn.build();
  }

  private List<Op> branch(int window) {
    List<Op> steps = new ArrayList<>();
    if (random.nextBoolean()) {
      steps.add(range(false));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      steps.add(put(key(window + i), false));
    }
    if (random.nextInt(4) == 0) {
      steps.add(deletionFrom((window + 4) % (KEYS - 2), random.nextInt(2), window));
    }
    if (random.nextInt(4) == 0) {
      steps.add(nested(window));
    }
    if (random.nextInt(3) == 0) {
      steps.add(range(false));
    }
    return steps;
  }

  /** Its puts go to keys 8 and 9 of the window, which nothing else in the transaction writes. */
  private TxnOp nested(int window) {
    return TxnOp.builder()
        .when(condition())
        .then(put(key(window + 8), false), range(false))
        .otherwise(put(key(window + 9), false))
        .build();
  }

  /**
   * Deletes one or two keys beginning at {@code first}, unless another step of the window may write
   * them: then a key of the window that none does.
   */
  private DeleteOp deletionFrom(int first, int more, int window) {
    for (int i = first; i <= first + more; i++) {
      int place = Math.floorMod(i - window, KEYS);
      if (place < 3 || place == 8 || place == 9) {
        return new DeleteOp(key(window + 5), Bytes.EMPTY, random.nextBoolean());
      }
    }
    return new DeleteOp(key(first), end(first + more + 1), random.nextBoolean());
  }

  /** Deletes one key or the keys up to some other. */
  DeleteOp deletion(int more) {
    int first = random.nextInt(KEYS);
    boolean prevKv = random.nextBoolean();
    if (more == 0) {
      return new DeleteOp(key(first), Bytes.EMPTY, prevKv);
    }
    return new DeleteOp(key(first), end(first + more), prevKv);
  }

  PutOp put(Bytes key, boolean alone) {
    PutOp.Builder put = PutOp.builder(key, values.next()).prevKv(random.nextInt(3) == 0);
    if (alone && random.nextInt(20) == 0) {
      put = PutOp.builder(key, Bytes.EMPTY).ignoreValue(true).prevKv(true);
    }
    return put.build();
  }

  /** A read with options; {@code alone} allows those that may fail, or be stale. */
  RangeOp range(boolean alone) {
    if (random.nextInt(3) == 0) {
      return RangeOp.builder(anyKey()).serializable(alone && random.nextBoolean()).build();
    }
    int first = random.nextInt(KEYS);
    RangeOp.Builder range =
        random.nextBoolean()
            ? RangeOp.builder(prefix).prefix()
            : RangeOp.builder(key(first)).rangeEnd(end(first + 1 + random.nextInt(5)));
    if (random.nextInt(3) == 0) {
      range.limit(1 + random.nextInt(5));
    }
    range.keysOnly(random.nextInt(6) == 0).countOnly(random.nextInt(8) == 0);
    if (random.nextInt(3) == 0) {
      range.sort(
          RangeOp.SortTarget.values()[random.nextInt(RangeOp.SortTarget.values().length)],
          random.nextBoolean() ? RangeOp.SortOrder.ASCEND : RangeOp.SortOrder.DESCEND);
    }
    if (newest > OLDEST && random.nextInt(8) == 0) {
      range.modRevisions(newest - random.nextInt(OLDEST), 0);
    }
    if (newest > OLDEST && random.nextInt(8) == 0) {
      range.createRevisions(0, newest - random.nextInt(OLDEST));
    }
    if (alone) {
      range.serializable(random.nextInt(3) == 0);
      if (newest > OLDEST && random.nextInt(3) == 0) {
        range.revision(newest - random.nextInt(OLDEST));
      }
    }
    return range.build();
  }

  private Compare condition() {
    Bytes key = anyKey();
    KeyValue last = seen.get(key);
    Compare.Relation relation =
        Compare.Relation.values()[random.nextInt(Compare.Relation.values().length)];
    Compare compare =
        switch (random.nextInt(5)) {
          case 0 -> Compare.version(key, relation, last == null ? 0 : last.version());
          case 1 -> Compare.createRevision(key, relation, last == null ? 0 : last.createRevision());
          case 2 -> Compare.modRevision(key, relation, last == null ? 0 : last.modRevision());
          case 3 -> Compare.lease(key, relation, 0);
          default -> Compare.value(key, relation, last == null ? Bytes.EMPTY : last.value());
        };
    return random.nextInt(6) == 0 ? compare.withRangeEnd(prefix.prefixEnd()) : compare;
  }

  Bytes anyKey() {
    return key(random.nextInt(KEYS));
  }

  private Bytes key(int index) {
    return prefix.concat(Bytes.utf8(String.format("t%02d", Math.floorMod(index, KEYS))));
  }

  /** The key of that index, or the end of all of them. */
  private Bytes end(int index) {
    return index < KEYS ? key(index) : prefix.prefixEnd();
  }
}
