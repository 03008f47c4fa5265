package io.kelson.chaos.check;

import io.kelson.chaos.history.Operation;
import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.WatchEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Checks that transfers between accounts neither make nor lose money.
 *
 * <p>An account is a key, its balance the value as a decimal number. Every read of all accounts,
 * serializable and old ones too, must add up to the total, and no balance may be negative. So must
 * every revision of the log, from the first on at which it does (the accounts are opened before),
 * and what the members hold in the end.
 */
public final class BankChecker implements Checker {
  private final Bytes prefix;
  private final long total;

  /**
   * Checks some accounts.
   *
   * @param prefix what the keys of all accounts, and no others, begin with
   * @param total what they hold together
   */
  public BankChecker(Bytes prefix, long total) {
    this.prefix = prefix;
    this.total = total;
  }

  @Override
  public String name() {
    return "bank";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    long opened = replay(evidence, findings);
    for (Operation op : evidence.operations()) {
      // A member that has just joined may answer, without asking the others, as of the beginning.
      boolean judged = Calls.ok(op) && op.result().header().revision() >= opened;
      if (judged && op.call().readOnly()) {
        Calls.forEachAnswered(
            op.call(),
            op.result(),
            (step, result) -> {
              if (step.kind() == Op.Kind.RANGE && readsAll((RangeOp) step)) {
                findings.count("reads", 1);
                judge(((RangeResult) result).kvs(), Describe.operation(op), findings);
              }
            });
      }
    }
    evidence.finals().forEach((name, state) -> judge(accounts(state.kvs()), name, findings));
    return findings.verdict("the total is always " + total, "reads");
  }

  private boolean readsAll(RangeOp range) {
    RangeOp all = RangeOp.builder(prefix).prefix().build();
    return range.key().equals(all.key())
        && range.rangeEnd().equals(all.rangeEnd())
        && range.limit() == 0
        && !range.keysOnly()
        && !range.countOnly()
        && range.minModRevision() == 0
        && range.maxModRevision() == 0
        && range.minCreateRevision() == 0
        && range.maxCreateRevision() == 0;
  }

  private List<KeyValue> accounts(List<KeyValue> kvs) {
    return kvs.stream().filter(kv -> kv.key().startsWith(prefix)).toList();
  }

  private void judge(List<KeyValue> accounts, String where, Findings findings) {
    long sum = 0;
    for (KeyValue kv : accounts) {
      OptionalLong balance = Decimal.parse(kv.value());
      if (balance.isEmpty() || balance.getAsLong() < 0) {
        findings.add("balance %s=%s in %s".formatted(kv.key(), kv.value(), where));
        return;
      }
      sum += balance.getAsLong();
    }
    if (sum != total) {
      findings.add("%d instead of %d in %s".formatted(sum, total, where));
    }
  }

  /** Judges every revision, and returns the first one that has all of the accounts. */
  private long replay(Evidence evidence, Findings findings) {
    StoreHistory store = StoreHistory.of(evidence, new Findings(name()));
    Map<Bytes, Long> balances = new HashMap<>();
    long sum = 0;
    for (KeyValue kv : accounts(evidence.initial())) {
      sum += put(balances, kv);
    }
    boolean open = sum == total;
    long opened = open ? 0 : Long.MAX_VALUE;
    for (int i = 0; i < store.size(); i++) {
      for (WatchEvent event : store.events(i)) {
        if (event.kv().key().startsWith(prefix)) {
          sum += put(balances, event.kv());
        }
      }
      if (!open && sum == total) {
        open = true;
        opened = store.revision(i);
      }
      if (open && sum != total) {
        findings.add(
            "%d instead of %d after revision %d: %s"
                .formatted(sum, total, store.revision(i), Describe.events(store.events(i))));
        return opened;
      }
      findings.count("revisions", open ? 1 : 0);
    }
    return opened;
  }

  /** Takes over a balance; a deleted account has none. Returns by how much the sum changes. */
  private static long put(Map<Bytes, Long> balances, KeyValue kv) {
    long balance = Decimal.parse(kv.value()).orElse(0);
    Long before = balances.put(kv.key(), balance);
    return balance - (before == null ? 0 : before);
  }
}
