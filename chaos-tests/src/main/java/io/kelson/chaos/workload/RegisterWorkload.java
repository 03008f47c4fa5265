package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Single keys: get, put, delete and compare-and-set. */
final class RegisterWorkload extends JudgedWorkload {
  private static final int KEYS = 5;

  /** A search for an order of one key's operations grows with their number. */
  private static final int CALLS_PER_KEY = 1_000;

  private final AtomicLong calls = new AtomicLong();

  RegisterWorkload(Checker... checkers) {
    super("register", "get, put, delete and compare-and-set on few keys", checkers);
  }

  @Override
  public double leastPerSecond() {
    return 20;
  }

  @Override
  public void work(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    Values values = new Values(index);
    Bytes seen = Bytes.EMPTY;
    while (session.goesOn()) {
      Bytes key = key(session, random);
      int choice = random.nextInt(100);
      if (choice < 35) {
        seen =
            recorder
                .txn(Calls.get(key))
                .flatMap(result -> Calls.kv(result, 0))
                .map(kv -> kv.value())
                .orElse(seen);
      } else if (choice < 70) {
        Bytes value = values.next();
        recorder.txn(Calls.put(key, value));
        seen = random.nextBoolean() ? value : seen;
      } else if (choice < 80) {
        recorder.txn(Calls.single(DeleteOp.key(key)));
      } else {
        recorder.txn(compareAndSet(key, seen, values.next()));
      }
    }
  }

  private Bytes key(Session session, RandomGenerator random) {
    long generation = calls.incrementAndGet() / (KEYS * CALLS_PER_KEY);
    return session.prefix().concat(Bytes.utf8("r" + generation + "/" + random.nextInt(KEYS)));
  }

  private static TxnOp compareAndSet(Bytes key, Bytes expected, Bytes value) {
    return TxnOp.builder()
        .when(Compare.value(key, Compare.Relation.EQUAL, expected))
        .then(PutOp.of(key, value))
        .otherwise(RangeOp.key(key))
        .build();
  }
}
