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

/** Transfers between accounts: whatever is read, the sum is the same. */
final class BankWorkload extends JudgedWorkload {
  /** What the keys of all accounts begin with. */
  static final Bytes ACCOUNTS = Workloads.PREFIX.concat(Bytes.utf8("account/"));

  private static final int HOW_MANY = 8;
  private static final int OPENING_BALANCE = 100;

  /** What they hold together. */
  static final long TOTAL = HOW_MANY * OPENING_BALANCE;

  BankWorkload(Checker... checkers) {
    super("bank", "transfers between accounts whose sum stays the same", checkers);
  }

  @Override
  public void prepare(Session session) throws InterruptedException {
    Recorder recorder = session.recorder(0);
    TxnOp.Builder opening = TxnOp.builder().when(Calls.unchanged(account(0), 0));
    for (int i = 0; i < HOW_MANY; i++) {
      opening.then(PutOp.of(account(i), amount(OPENING_BALANCE)));
    }
    Retry.until(() -> recorder.txn(opening.build()).isPresent(), "the accounts could be opened");
  }

  @Override
  public void work(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    while (session.goesOn()) {
      int choice = random.nextInt(10);
      if (choice < 3) {
        recorder.txn(Calls.list(ACCOUNTS));
      } else if (choice == 3) {
        recorder.txn(Calls.single(RangeOp.builder(ACCOUNTS).prefix().serializable(true).build()));
      } else {
        int from = random.nextInt(HOW_MANY);
        int to = (from + 1 + random.nextInt(HOW_MANY - 1)) % HOW_MANY;
        transfer(recorder, from, to, 1 + random.nextInt(10));
      }
    }
  }

  private static void transfer(Recorder recorder, int from, int to, int sum) {
    Bytes source = account(from);
    Bytes target = account(to);
    TxnOp look = TxnOp.builder().then(RangeOp.key(source), RangeOp.key(target)).build();
    Optional<TxnResult> seen = recorder.txn(look);
    if (seen.isEmpty()) {
      return;
    }
    Optional<KeyValue> poorer = Calls.kv(seen.get(), 0);
    Optional<KeyValue> richer = Calls.kv(seen.get(), 1);
    if (poorer.isEmpty() || richer.isEmpty() || balance(poorer.get()) < sum) {
      return;
    }
    recorder.txn(
        TxnOp.builder()
            .when(Calls.unchanged(source, poorer.get().modRevision()))
            .when(Calls.unchanged(target, richer.get().modRevision()))
            .then(PutOp.of(source, amount(balance(poorer.get()) - sum)))
            .then(PutOp.of(target, amount(balance(richer.get()) + sum)))
            .build());
  }

  private static Bytes account(int index) {
    return ACCOUNTS.concat(Bytes.utf8(Integer.toString(index)));
  }

  private static Bytes amount(int sum) {
    return Bytes.utf8(Integer.toString(sum));
  }

  private static int balance(KeyValue kv) {
    return Integer.parseInt(kv.value().utf8());
  }
}
