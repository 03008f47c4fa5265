package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.DeleteResult;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.PutOp;
import io.kelson.client.PutResult;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Does one transaction to the model store and compares what it says with what a client was told.
 *
 * <p>All compares, of nested transactions too, are taken on the state before the outermost one ran
 * any step. For one thread and one transaction.
 */
final class TxnModel {
  /**
   * What the model says.
   *
   * @param events the changes, in order; empty if there are none
   * @param mismatch how the client's result differs; null if it does not or there is none
   */
  record Outcome(List<WatchEvent> events, String mismatch) {}

  private final StoreHistory store;
  private final long base;
  private final View before;
  private final Map<Bytes, Optional<KeyValue>> written = new TreeMap<>();
  private final List<WatchEvent> events = new ArrayList<>();
  private String mismatch;

  private TxnModel(StoreHistory store, long base) {
    this.store = store;
    this.base = base;
    this.before = store.at(base);
  }

  /**
   * Runs a transaction on the state after {@code base}; its changes get the revision after that.
   *
   * @param actual what the client was told, or null if it was told nothing
   */
  static Outcome run(StoreHistory store, long base, TxnOp call, TxnResult actual) {
    TxnModel model = new TxnModel(store, base);
    model.txn(call, actual);
    return new Outcome(model.events, model.mismatch);
  }

  private void wrong(String what) {
    mismatch = mismatch == null ? what : mismatch;
  }

  private void txn(TxnOp call, TxnResult actual) {
    boolean succeeded = call.compares().stream().allMatch(this::holds);
    List<Op> steps = succeeded ? call.success() : call.failure();
    if (actual != null && actual.succeeded() != succeeded) {
      wrong("succeeded is %b, must be %b".formatted(actual.succeeded(), succeeded));
    }
    boolean compare = actual != null && actual.succeeded() == succeeded;
    if (compare && actual.results().size() != steps.size()) {
      wrong("%d results for %d steps".formatted(actual.results().size(), steps.size()));
      compare = false;
    }
    for (int i = 0; i < steps.size(); i++) {
      OpResult result = compare ? actual.results().get(i) : null;
      if (result != null && result.kind() != steps.get(i).kind()) {
        wrong("a %s was answered with a %s".formatted(steps.get(i).kind(), result.kind()));
        result = null;
      }
      step(steps.get(i), result);
    }
  }

  private void step(Op op, OpResult actual) {
    switch (op.kind()) {
      case RANGE -> range((RangeOp) op, (RangeResult) actual);
      case PUT -> put((PutOp) op, (PutResult) actual);
      case DELETE -> delete((DeleteOp) op, (DeleteResult) actual);
      case TXN -> {
        txn((TxnOp) op, (TxnResult) actual);
        if (actual != null && actual.header().revision() != 0) {
          wrong("a nested transaction has a header of its own");
        }
        return;
      }
    }
    long running = events.isEmpty() ? base : base + 1;
    if (actual != null && actual.header().revision() != running) {
      wrong(
          "%s: inner revision is %d, must be %d"
              .formatted(Describe.call(op), actual.header().revision(), running));
    }
  }

  private void range(RangeOp op, RangeResult actual) {
    if (op.revision() > base) {
      wrong("answered though revision %d is in the future".formatted(op.revision()));
      return;
    }
    // What is older than the run is not known: such a read cannot be judged.
    if (actual == null || (op.revision() > 0 && op.revision() < store.initialRevision())) {
      return;
    }
    View view = op.revision() > 0 ? store.at(op.revision()) : overlay();
    String different = RangeModel.mismatch(op, view, actual);
    if (different != null) {
      wrong(Describe.call(op) + ": " + different);
    }
  }

  private void put(PutOp op, PutResult actual) {
    KeyValue old = get(op.key());
    if (old == null && (op.ignoreValue() || op.ignoreLease())) {
      wrong("answered though there is no value or lease to keep: " + Describe.call(op));
      return;
    }
    Optional<KeyValue> wanted = op.prevKv() ? Optional.ofNullable(old) : Optional.empty();
    if (actual != null && !actual.prevKv().equals(wanted)) {
      wrong(
          "%s: prevKv is %s, must be %s"
              .formatted(
                  Describe.call(op),
                  Describe.keyValue(actual.prevKv().orElse(null)),
                  Describe.keyValue(wanted.orElse(null))));
    }
    KeyValue kv =
        new KeyValue(
            op.key(),
            old == null ? base + 1 : old.createRevision(),
            base + 1,
            old == null ? 1 : old.version() + 1,
            op.ignoreValue() ? old.value() : op.value(),
            op.ignoreLease() ? old.lease() : op.lease());
    written.put(op.key(), Optional.of(kv));
    events.add(new WatchEvent(WatchEvent.Type.PUT, kv, Optional.ofNullable(old)));
  }

  private void delete(DeleteOp op, DeleteResult actual) {
    List<KeyValue> gone = overlay().range(op.key(), op.rangeEnd());
    if (actual != null && actual.deleted() != gone.size()) {
      wrong(
          "%s: deleted is %d, must be %d"
              .formatted(Describe.call(op), actual.deleted(), gone.size()));
    }
    if (actual != null && !actual.prevKvs().equals(op.prevKv() ? gone : List.of())) {
      wrong(
          "%s: prevKvs are %s, must be %s"
              .formatted(
                  Describe.call(op),
                  Describe.list(actual.prevKvs(), Describe::keyValue),
                  Describe.list(op.prevKv() ? gone : List.of(), Describe::keyValue)));
    }
    for (KeyValue old : gone) {
      written.put(old.key(), Optional.empty());
      KeyValue tombstone = new KeyValue(old.key(), 0, base + 1, 0, Bytes.EMPTY, 0);
      events.add(new WatchEvent(WatchEvent.Type.DELETE, tombstone, Optional.of(old)));
    }
  }

  private KeyValue get(Bytes key) {
    Optional<KeyValue> own = written.get(key);
    return own == null ? before.get(key) : own.orElse(null);
  }

  /** The state before, with what this transaction has written so far. */
  private View overlay() {
    if (written.isEmpty()) {
      return before;
    }
    return new View() {
      @Override
      public KeyValue get(Bytes key) {
        return TxnModel.this.get(key);
      }

      @Override
      public List<KeyValue> range(Bytes key, Bytes rangeEnd) {
        TreeMap<Bytes, KeyValue> merged = new TreeMap<>();
        before.range(key, rangeEnd).forEach(kv -> merged.put(kv.key(), kv));
        written.forEach(
            (name, kv) -> {
              if (View.contains(key, rangeEnd, name)) {
                merged.remove(name);
                kv.ifPresent(own -> merged.put(name, own));
              }
            });
        return List.copyOf(merged.values());
      }
    };
  }

  private boolean holds(Compare compare) {
    List<KeyValue> kvs = before.range(compare.key(), compare.rangeEnd());
    if (kvs.isEmpty()) {
      // A value that is not there equals nothing and differs from nothing.
      return compare.target() != Compare.Target.VALUE && holds(compare, 0);
    }
    return kvs.stream().allMatch(kv -> holds(compare, kv));
  }

  private static boolean holds(Compare compare, KeyValue kv) {
    return switch (compare.target()) {
      case VERSION -> holds(compare, kv.version());
      case CREATE_REVISION -> holds(compare, kv.createRevision());
      case MOD_REVISION -> holds(compare, kv.modRevision());
      case LEASE -> holds(compare, kv.lease());
      case VALUE -> holds(compare.relation(), kv.value().compareTo(compare.value()));
    };
  }

  private static boolean holds(Compare compare, long number) {
    return holds(compare.relation(), Long.compare(number, compare.number()));
  }

  private static boolean holds(Compare.Relation relation, int order) {
    return switch (relation) {
      case EQUAL -> order == 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case NOT_EQUAL -> order != 0;
    };
  }
}
