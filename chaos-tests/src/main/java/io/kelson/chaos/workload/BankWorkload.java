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
  private static final int ACCOUNTS = 8;
  private static final int OPENING_BALANCE = 100;

  BankWorkload(Checker... checkers) {
    super("bank", "transfers between accounts whose sum stays the same", checkers);
  }

  @Override
  public void prepare(Session session) throws InterruptedException {
    Recorder recorder = session.recorder(0);
    TxnOp.Builder opening = TxnOp.builder().when(Calls.unchanged(account(session, 0), 0));
    for (int i = 0; i < ACCOUNTS; i++) {
      opening.then(PutOp.of(account(session, i), amount(OPENING_BALANCE)));
    }
    Retry.until(() -> recorder.txn(opening.build()).isPresent(), "the accounts could be opened");
  }

  @Override
  public void work(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    Bytes accounts = session.prefix().concat(Bytes.utf8("account/"));
    while (session.goesOn()) {
      int choice = random.nextInt(10);
      if (choice < 3) {
        recorder.txn(Calls.list(accounts));
      } else if (choice == 3) {
        recorder.txn(Calls.single(RangeOp.builder(accounts).prefix().serializable(true).build()));
      } else {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        transfer(session, recorder, from, to, 1 + random.nextInt(10));
      }
    }
  }

  private static void transfer(Session session, Recorder recorder, int from, int to, int sum) {
    Bytes source = account(session, from);
    Bytes target = account(session, to);
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

  private static Bytes account(Session session, int index) {
    return session.prefix().concat(Bytes.utf8("account/" + index));
  }

  private static Bytes amount(int sum) {
    return Bytes.utf8(Integer.toString(sum));
  }

  private static int balance(KeyValue kv) {
    return Integer.parseInt(kv.value().utf8());
  }
}
