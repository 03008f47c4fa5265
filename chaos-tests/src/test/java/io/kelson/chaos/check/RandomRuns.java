package io.kelson.chaos.check;

import static io.kelson.chaos.check.Run.b;
import static io.kelson.chaos.check.Run.one;

import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.Optional;
import java.util.Random;

/** Sound runs of several clients with overlapping calls, from a seed. */
final class RandomRuns {
  /** Makes the next call of a run. */
  interface Caller {
    /** A call, given the store as it is. */
    TxnOp next(Random random, ModelStore store, long serial);
  }

  private RandomRuns() {}

  /** Calls of all kinds on a few keys, with stale reads, unknown outcomes, failures and leases. */
  static Run mixed(long seed, int calls) {
    return run(seed, calls, true, RandomRuns::anything, 0.04);
  }

  /** Calls on single keys only, as {@link LinearizableChecker} wants them. */
  static Run registers(long seed, int calls) {
    return run(seed, calls, false, RandomRuns::register, 0.02);
  }

  /** Runs a workload; each call takes effect somewhere between its start and its end. */
  static Run run(long seed, int calls, boolean mixed, Caller caller, double unknown) {
    Random random = new Random(seed);
    Run run = new Run(mixed);
    long[] free = new long[6];
    long[] names = {0, 1, 2, 3, 4, 5};
    long nextName = 6;
    for (int i = 1; i <= calls; i++) {
      long moment = i * 100L;
      int client = random.nextInt(free.length);
      if (free[client] >= moment) {
        continue;
      }
      long start = Math.max(free[client] + 1, moment - random.nextInt(400));
      long end = moment + 1 + random.nextInt(400);
      free[client] = end;
      TxnOp call = caller.next(random, run.store, i);
      double luck = random.nextDouble();
      if (luck < unknown) {
        if (random.nextBoolean()) {
          run.store.apply(call);
        }
        run.unknown(names[client], start, call);
        names[client] = nextName++;
      } else if (luck < unknown + 0.02) {
        run.failed(names[client], start, end, call);
      } else if (mixed && luck < 0.15) {
        staleRead(run, random, names[client], start, end);
      } else {
        run.ok(names[client], start, end, call);
      }
      if (mixed && i % 50 == 0) {
        endLease(run, i / 50, moment + 1);
      }
    }
    run.member("a");
    run.member("b");
    return run;
  }

  private static void endLease(Run run, long lease, long nanos) {
    run.store.endLease(lease);
    run.leases.add(
        new LeaseRecord(
            LeaseRecord.Kind.REVOKE, lease, 99, nanos - 1, nanos, Status.UNKNOWN, 0, 0));
  }

  private static void staleRead(Run run, Random random, long client, long start, long end) {
    TxnOp call = one(RangeOp.builder(b("k")).prefix().serializable(true).build());
    long behind = random.nextInt((int) (run.store.revision() - Run.FIRST_REVISION) + 1);
    TxnResult result = run.store.readAt(call, run.store.revision() - behind);
    run.answered(client, start, end, call, result);
  }

  private static TxnOp register(Random random, ModelStore store, long serial) {
    String key = "k" + random.nextInt(4);
    int kind = random.nextInt(10);
    if (kind < 4) {
      return Run.get(key);
    }
    if (kind < 7) {
      return Run.put(key, "v" + serial);
    }
    if (kind == 7) {
      return one(DeleteOp.key(b(key)));
    }
    Optional<KeyValue> now = store.all().stream().filter(kv -> kv.key().equals(b(key))).findAny();
    if (kind == 8 && now.isPresent()) {
      return TxnOp.builder()
          .when(Compare.modRevision(b(key), Compare.Relation.EQUAL, now.get().modRevision()))
          .then(PutOp.of(b(key), b("v" + serial)))
          .otherwise(RangeOp.key(b(key)))
          .build();
    }
    return Run.cas(key, now.map(kv -> kv.value().utf8()).orElse("none"), "v" + serial);
  }

  private static TxnOp anything(Random random, ModelStore store, long serial) {
    Bytes key = b("k" + random.nextInt(8));
    Bytes value = b("v" + serial);
    return switch (random.nextInt(11)) {
      case 0 -> one(PutOp.builder(key, value).prevKv(true).build());
      case 1 -> one(PutOp.builder(key, value).lease(serial / 50 + 1).build());
      case 2 -> one(RangeOp.key(key));
      case 3 -> one(DeleteOp.key(key).withPrevKv(random.nextBoolean()));
      case 4 -> one(new DeleteOp(key, b("k" + random.nextInt(9)), true));
      case 5 -> one(RangeOp.builder(b("k")).prefix().limit(random.nextInt(5)).build());
      case 6 ->
          one(
              RangeOp.builder(b("k"))
                  .prefix()
                  .sort(RangeOp.SortTarget.MOD, RangeOp.SortOrder.DESCEND)
                  .modRevisions(Run.FIRST_REVISION + 2, 0)
                  .limit(3)
                  .build());
      case 7 ->
          one(
              RangeOp.builder(b("k"))
                  .prefix()
                  .countOnly(random.nextBoolean())
                  .revision(
                      Run.FIRST_REVISION
                          + random.nextInt((int) (store.revision() - Run.FIRST_REVISION) + 1))
                  .build());
      case 8 -> compareAndPut(random, key, value);
      default -> nested(random, key, value);
    };
  }

  private static TxnOp compareAndPut(Random random, Bytes key, Bytes value) {
    return TxnOp.builder()
        .when(Compare.version(key, Compare.Relation.GREATER, random.nextInt(3)))
        .then(PutOp.builder(key, Bytes.EMPTY).ignoreValue(true).prevKv(true).build())
        .otherwise(PutOp.of(key, value), RangeOp.prefix(b("k")))
        .build();
  }

  private static TxnOp nested(Random random, Bytes key, Bytes value) {
    TxnOp inner =
        TxnOp.builder()
            .when(
                Compare.createRevision(b("k"), Compare.Relation.NOT_EQUAL, 0)
                    .withRangeEnd(b("k").prefixEnd()))
            .then(PutOp.of(b("kx"), value), RangeOp.key(b("kx")))
            .otherwise(DeleteOp.key(b("kx")))
            .build();
    return TxnOp.builder()
        .when(Compare.modRevision(key, Compare.Relation.LESS, 20 + random.nextInt(2000)))
        .then(RangeOp.key(key), PutOp.of(key, value), RangeOp.prefix(b("k")), inner)
        .otherwise(DeleteOp.key(key), inner, RangeOp.key(key))
        .build();
  }
}
