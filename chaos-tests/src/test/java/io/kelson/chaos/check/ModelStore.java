package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.DeleteResult;
import io.kelson.client.Header;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.PutOp;
import io.kelson.client.PutResult;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A store of etcd's kind that does one thing after the other: the plain twin of what the checkers
 * rebuild. It shares no code with them.
 */
final class ModelStore {
  private final TreeMap<Bytes, KeyValue> live = new TreeMap<>();
  private final TreeMap<Long, TreeMap<Bytes, KeyValue>> past = new TreeMap<>();
  private final List<WatchBatch> log = new ArrayList<>();
  private final boolean keepPast;
  private long revision;

  /** Starts empty; keeping the past costs a copy of the store a revision. */
  ModelStore(long revision, boolean keepPast) {
    this.revision = revision;
    this.keepPast = keepPast;
    past.put(revision, new TreeMap<>());
  }

  long revision() {
    return revision;
  }

  /** All events so far, a batch a revision. */
  List<WatchBatch> log() {
    return log;
  }

  List<KeyValue> all() {
    return List.copyOf(live.values());
  }

  /** Does it, in one revision if it changes anything. */
  TxnResult apply(TxnOp call) {
    // Only nested compares look at what was before the first step.
    boolean nested =
        call.success().stream().anyMatch(op -> op.kind() == Op.Kind.TXN)
            || call.failure().stream().anyMatch(op -> op.kind() == Op.Kind.TXN);
    TreeMap<Bytes, KeyValue> before = nested ? new TreeMap<>(live) : live;
    List<WatchEvent> events = new ArrayList<>();
    TxnResult result = run(call, before, live, events, true);
    commit(events);
    return new TxnResult(header(revision), result.succeeded(), result.results());
  }

  /** Deletes what hangs on a lease, as its end does. */
  void endLease(long lease) {
    List<WatchEvent> events = new ArrayList<>();
    for (KeyValue kv : all()) {
      if (kv.lease() == lease) {
        delete(DeleteOp.key(kv.key()), live, events);
      }
    }
    commit(events);
  }

  private void commit(List<WatchEvent> events) {
    if (!events.isEmpty()) {
      revision++;
      log.add(new WatchBatch(header(revision), events));
      if (keepPast) {
        past.put(revision, new TreeMap<>(live));
      }
    }
  }

  /** A call that only reads, answered from an older state. */
  TxnResult readAt(TxnOp call, long at) {
    TreeMap<Bytes, KeyValue> state = past.floorEntry(at).getValue();
    boolean succeeded = call.compares().stream().allMatch(c -> holds(c, state));
    List<OpResult> results = new ArrayList<>();
    for (Op op : succeeded ? call.success() : call.failure()) {
      results.add(range((RangeOp) op, state, at));
    }
    return new TxnResult(header(at), succeeded, results);
  }

  static Header header(long revision) {
    return new Header(0, 0, revision, 0);
  }

  private TxnResult run(
      TxnOp call,
      TreeMap<Bytes, KeyValue> before,
      TreeMap<Bytes, KeyValue> now,
      List<WatchEvent> events,
      boolean outermost) {
    boolean succeeded = call.compares().stream().allMatch(c -> holds(c, before));
    List<OpResult> results = new ArrayList<>();
    for (Op op : succeeded ? call.success() : call.failure()) {
      results.add(
          switch (op.kind()) {
            case RANGE -> {
              long at = events.isEmpty() ? revision : revision + 1;
              RangeOp range = (RangeOp) op;
              yield range(
                  range,
                  range.revision() > 0 ? past.floorEntry(range.revision()).getValue() : now,
                  at);
            }
            case PUT -> put((PutOp) op, now, events);
            case DELETE -> delete((DeleteOp) op, now, events);
            case TXN -> run((TxnOp) op, before, now, events, false);
          });
    }
    return new TxnResult(header(outermost ? revision : 0), succeeded, results);
  }

  private PutResult put(PutOp op, TreeMap<Bytes, KeyValue> now, List<WatchEvent> events) {
    KeyValue old = now.get(op.key());
    KeyValue kv =
        new KeyValue(
            op.key(),
            old == null ? revision + 1 : old.createRevision(),
            revision + 1,
            old == null ? 1 : old.version() + 1,
            op.ignoreValue() ? old.value() : op.value(),
            op.ignoreLease() ? old.lease() : op.lease());
    now.put(op.key(), kv);
    events.add(new WatchEvent(WatchEvent.Type.PUT, kv, Optional.ofNullable(old)));
    return new PutResult(
        header(revision + 1), op.prevKv() ? Optional.ofNullable(old) : Optional.empty());
  }

  private DeleteResult delete(DeleteOp op, TreeMap<Bytes, KeyValue> now, List<WatchEvent> events) {
    List<KeyValue> gone = List.copyOf(part(now, op.key(), op.rangeEnd()).values());
    for (KeyValue old : gone) {
      now.remove(old.key());
      events.add(
          new WatchEvent(
              WatchEvent.Type.DELETE,
              new KeyValue(old.key(), 0, revision + 1, 0, Bytes.EMPTY, 0),
              Optional.of(old)));
    }
    return new DeleteResult(
        header(events.isEmpty() ? revision : revision + 1),
        gone.size(),
        op.prevKv() ? gone : List.of());
  }

  private static NavigableMap<Bytes, KeyValue> part(
      TreeMap<Bytes, KeyValue> state, Bytes key, Bytes end) {
    if (end.isEmpty()) {
      return state.subMap(key, true, key, true);
    }
    if (end.equals(Bytes.ZERO)) {
      return state.tailMap(key, true);
    }
    return key.compareTo(end) < 0
        ? state.subMap(key, true, end, false)
        : new TreeMap<Bytes, KeyValue>();
  }

  private static RangeResult range(RangeOp op, TreeMap<Bytes, KeyValue> state, long at) {
    List<KeyValue> found = new ArrayList<>(part(state, op.key(), op.rangeEnd()).values());
    long count = found.size();
    if (op.countOnly()) {
      return new RangeResult(header(at), List.of(), false, count);
    }
    found.removeIf(kv -> op.minModRevision() > kv.modRevision());
    found.removeIf(kv -> op.maxModRevision() > 0 && op.maxModRevision() < kv.modRevision());
    if (op.sortTarget() == RangeOp.SortTarget.MOD) {
      found.sort(Comparator.comparingLong(KeyValue::modRevision));
    }
    if (op.sortOrder() == RangeOp.SortOrder.DESCEND) {
      java.util.Collections.reverse(found);
    }
    boolean more = op.limit() > 0 && found.size() > op.limit();
    return new RangeResult(
        header(at), more ? found.subList(0, (int) op.limit()) : found, more, count);
  }

  private static boolean holds(Compare compare, TreeMap<Bytes, KeyValue> state) {
    NavigableMap<Bytes, KeyValue> kvs = part(state, compare.key(), compare.rangeEnd());
    if (kvs.isEmpty()) {
      return compare.target() != Compare.Target.VALUE
          && relation(compare, Long.signum(-compare.number()));
    }
    return kvs.values().stream()
        .allMatch(
            kv ->
                relation(
                    compare,
                    switch (compare.target()) {
                      case VERSION -> Long.compare(kv.version(), compare.number());
                      case CREATE_REVISION -> Long.compare(kv.createRevision(), compare.number());
                      case MOD_REVISION -> Long.compare(kv.modRevision(), compare.number());
                      case LEASE -> Long.compare(kv.lease(), compare.number());
                      case VALUE -> kv.value().compareTo(compare.value());
                    }));
  }

  private static boolean relation(Compare compare, int order) {
    return switch (compare.relation()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case GREATER -> order > 0;
    };
  }
}
