package io.kelson.chaos.workload;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.List;
import java.util.Optional;

/** The calls that several workloads make, as the transactions they are recorded as. */
final class Calls {
  private Calls() {}

  /** One step without conditions. */
  static TxnOp single(Op step) {
    return new TxnOp(List.of(), List.of(step), List.of());
  }

  static TxnOp get(Bytes key) {
    return single(RangeOp.key(key));
  }

  static TxnOp list(Bytes prefix) {
    return single(RangeOp.prefix(prefix));
  }

  static TxnOp put(Bytes key, Bytes value) {
    return single(PutOp.of(key, value));
  }

  static TxnOp delete(Bytes key) {
    return single(DeleteOp.key(key));
  }

  /** Condition: the key is as it was last changed at that revision; 0 if it must not exist. */
  static Compare unchanged(Bytes key, long modRevision) {
    return Compare.modRevision(key, Compare.Relation.EQUAL, modRevision);
  }

  /** What the step of that index read. */
  static List<KeyValue> kvs(TxnResult result, int index) {
    return ((RangeResult) result.results().get(index)).kvs();
  }

  /** The only pair that the step of that index read; empty if there was none. */
  static Optional<KeyValue> kv(TxnResult result, int index) {
    List<KeyValue> kvs = kvs(result, index);
    return kvs.isEmpty() ? Optional.empty() : Optional.of(kvs.get(0));
  }
}
