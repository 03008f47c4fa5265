package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.RangeOp;
import java.util.random.RandomGenerator;

/** A growing set, an element a key: none that was acknowledged is ever missing. */
final class SetWorkload extends JudgedWorkload {
  /** What the keys of all elements begin with. */
  static final Bytes SET = Workloads.PREFIX.concat(Bytes.utf8("set/"));

  SetWorkload(Checker... checkers) {
    super("set", "adds elements, each a key of its own, and lists them", checkers);
  }

  @Override
  public void work(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    Values values = new Values(index);
    while (session.goesOn()) {
      // Listing takes as long as the set is large, and its answer is kept: not too often.
      int choice = random.nextInt(400);
      if (choice == 0) {
        recorder.txn(Calls.list(SET));
      } else if (choice < 20) {
        recorder.txn(Calls.single(RangeOp.builder(SET).prefix().countOnly(true).build()));
      } else {
        Bytes element = values.next();
        recorder.txn(Calls.put(SET.concat(element), element));
      }
    }
  }
}
