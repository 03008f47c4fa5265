package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** One number that everybody adds one to, guarded by the revision it was read at. */
final class CounterWorkload extends JudgedWorkload {
  /** The key of the counter. */
  static final Bytes COUNTER = Workloads.PREFIX.concat(Bytes.utf8("counter"));

  CounterWorkload(Checker... checkers) {
    super("counter", "one counter, added to by compare-and-set on its revision", checkers);
  }

  @Override
  public void work(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    Optional<KeyValue> known = Optional.empty();
    boolean stale = true;
    while (session.goesOn()) {
      if (stale || random.nextInt(4) == 0) {
        Optional<TxnResult> read = recorder.txn(Calls.get(COUNTER));
        if (read.isEmpty()) {
          continue;
        }
        known = Calls.kv(read.get(), 0);
      }
      Optional<TxnResult> added = recorder.txn(add(known));
      stale = added.isEmpty() || added.get().succeeded();
      if (!stale) {
        known = Calls.kv(added.get(), 0);
      }
    }
  }

  private static TxnOp add(Optional<KeyValue> known) {
    long value = known.map(kv -> Long.parseLong(kv.value().utf8())).orElse(0L);
    return TxnOp.builder()
        .when(Calls.unchanged(COUNTER, known.map(KeyValue::modRevision).orElse(0L)))
        .then(PutOp.of(COUNTER, Bytes.utf8(Long.toString(value + 1))))
        .otherwise(RangeOp.key(COUNTER))
        .build();
  }
}
