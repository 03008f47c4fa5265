package io.kelson.chaos.check;

import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.FencedWrite;
import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A run that is written down by hand: operations are done to a {@link ModelStore} in the order of
 * the calls here and get whatever interval they are given. Everything is open for planting faults.
 */
final class Run {
  /** Where runs begin. */
  static final long FIRST_REVISION = 10;

  final ModelStore store;
  final List<Operation> operations = new ArrayList<>();
  final List<WatchRecord> watches = new ArrayList<>();
  final List<LeaseRecord> leases = new ArrayList<>();
  final List<FencedWrite> fencedWrites = new ArrayList<>();
  final List<AuthRecord> auths = new ArrayList<>();
  final Map<String, Evidence.FinalState> finals = new HashMap<>();

  Run() {
    this(true);
  }

  Run(boolean keepPast) {
    store = new ModelStore(FIRST_REVISION, keepPast);
  }

  static Bytes b(String text) {
    return Bytes.utf8(text);
  }

  static TxnOp one(Op op) {
    return TxnOp.builder().then(op).build();
  }

  static TxnOp put(String key, String value) {
    return one(PutOp.of(b(key), b(value)));
  }

  static TxnOp get(String key) {
    return one(RangeOp.key(b(key)));
  }

  static TxnOp all(String prefix) {
    return one(RangeOp.prefix(b(prefix)));
  }

  /** Writes {@code value} if the key holds {@code expected}, else reads. */
  static TxnOp cas(String key, String expected, String value) {
    return TxnOp.builder()
        .when(Compare.value(b(key), Compare.Relation.EQUAL, b(expected)))
        .then(PutOp.of(b(key), b(value)))
        .otherwise(RangeOp.key(b(key)))
        .build();
  }

  /** Does it and keeps it, as answered. */
  Operation ok(long client, long start, long end, TxnOp call) {
    return answered(client, start, end, call, store.apply(call));
  }

  /** Keeps an answer, whatever the store says. */
  Operation answered(long client, long start, long end, TxnOp call, TxnResult result) {
    Operation op = new Operation(client, 0, start, end, call, Status.OK, result, "");
    operations.add(op);
    return op;
  }

  /** Keeps a call without an answer; the store is not touched. */
  Operation unknown(long client, long start, TxnOp call) {
    Operation op =
        new Operation(client, 0, start, Long.MAX_VALUE, call, Status.UNKNOWN, null, "timeout");
    operations.add(op);
    return op;
  }

  /** Keeps a call that was refused; the store is not touched. */
  Operation failed(long client, long start, long end, TxnOp call) {
    Operation op = new Operation(client, 0, start, end, call, Status.FAILED, null, "refused");
    operations.add(op);
    return op;
  }

  /** Puts another answer in the place of one. */
  void answerInstead(Operation op, TxnResult result) {
    operations.set(
        operations.indexOf(op),
        new Operation(
            op.client(),
            op.node(),
            op.startNanos(),
            op.endNanos(),
            op.call(),
            Status.OK,
            result,
            ""));
  }

  /** The range that an operation's only step found. */
  static RangeResult found(Operation op) {
    return (RangeResult) op.result().results().get(0);
  }

  /** A member that ends with what the store holds. */
  void member(String name) {
    finals.put(name, new Evidence.FinalState(store.revision(), 7, 0, store.all()));
  }

  Evidence evidence() {
    return evidence(store.log());
  }

  Evidence evidence(List<WatchBatch> log) {
    return new Evidence(
        FIRST_REVISION, List.of(), operations, watches, leases, fencedWrites, auths, log, finals);
  }
}
