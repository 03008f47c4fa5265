package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.TxnResult;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Transactions over many keys, and every option that reads and writes have. */
final class TxnWorkload extends JudgedWorkload {
  TxnWorkload(Checker... checkers) {
    super(
        "txn",
        "conditions on several keys, nested steps, ranges, range deletions, old revisions",
        checkers);
  }

  @Override
  public void work(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    TxnCalls calls = new TxnCalls(session.prefix(), random, new Values(index));
    while (session.goesOn()) {
      int choice = random.nextInt(100);
      Optional<TxnResult> result;
      if (choice < 40) {
        result = recorder.txn(calls.transaction());
      } else if (choice < 65) {
        result = recorder.txn(Calls.single(calls.range(true)));
      } else if (choice < 85) {
        result = recorder.txn(Calls.single(calls.put(calls.anyKey(), true)));
      } else {
        result = recorder.txn(Calls.single(calls.deletion(random.nextInt(3))));
      }
      result.ifPresent(calls::saw);
    }
  }
}
