package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Transactions that append to lists and read others, each list the elements of one key with commas
 * between them.
 *
 * <p>The store has no append: a client reads the keys in one transaction and writes the longer
 * lists in another, on the condition that none of the keys has changed; that second one reads the
 * keys that it only looks at as well.
 */
final class ListAppendWorkload extends JudgedWorkload {
  /** What the keys of all lists begin with. */
  static final Bytes LISTS = Workloads.PREFIX.concat(Bytes.utf8("l"));

  private static final int KEYS = 6;
  private static final int APPENDS_PER_KEY = 60;

  private final AtomicLong appends = new AtomicLong();

  ListAppendWorkload(Checker... checkers) {
    super("list-append", "transactions that append to several lists and read others", checkers);
  }

  @Override
  public void work(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    Values values = new Values(index);
    while (session.goesOn()) {
      List<Bytes> keys = keys(random, 1 + random.nextInt(3));
      TxnOp.Builder look = TxnOp.builder();
      keys.forEach(key -> look.then(RangeOp.key(key)));
      Optional<TxnResult> seen = recorder.txn(look.build());
      if (seen.isPresent() && random.nextInt(4) != 0) {
        append(recorder, random, values, keys, seen.get());
      }
    }
  }

  private void append(
      Recorder recorder, RandomGenerator random, Values values, List<Bytes> keys, TxnResult seen) {
    TxnOp.Builder txn = TxnOp.builder();
    for (int i = 0; i < keys.size(); i++) {
      Bytes key = keys.get(i);
      Optional<KeyValue> now = Calls.kv(seen, i);
      txn.when(Calls.unchanged(key, now.map(KeyValue::modRevision).orElse(0L)));
      if (i == 0 || random.nextBoolean()) {
        Bytes element = values.next();
        Bytes list =
            now.map(kv -> kv.value().concat(Bytes.utf8(",")).concat(element)).orElse(element);
        txn.then(PutOp.of(key, list));
        appends.incrementAndGet();
      } else {
        txn.then(RangeOp.key(key));
      }
    }
    recorder.txn(txn.build());
  }

  /** Different keys of the newest generation: lists must not grow for ever. */
  private List<Bytes> keys(RandomGenerator random, int count) {
    long generation = appends.get() / (KEYS * APPENDS_PER_KEY);
    int first = random.nextInt(KEYS);
    List<Bytes> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(LISTS.concat(Bytes.utf8(generation + "/" + (first + i) % KEYS)));
    }
    return keys;
  }
}
