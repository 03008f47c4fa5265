package io.kelson.chaos.check;

import static io.kelson.chaos.check.Run.b;
import static io.kelson.chaos.check.Run.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.PutOp;
import io.kelson.client.PutResult;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each anomaly in its smallest form. Transactions are written down with the answers they got, since
 * no store would give them: {@code "x=1,2"} reads, {@code "x:=1,2"} writes.
 */
class ListAppendCheckerTest {
  private final Run run = new Run();

  private static Verdict check(Run run) {
    return new ListAppendChecker(b("")).check(run.evidence());
  }

  private void broken(String name) {
    Verdict verdict = check(run);
    assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.BROKEN);
    assertThat(verdict.findings()).anyMatch(finding -> finding.startsWith(name + ":"));
  }

  private void held() {
    Verdict verdict = check(run);
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
  }

  private static TxnOp call(String... steps) {
    List<Op> ops = new ArrayList<>();
    for (String step : steps) {
      int equals = step.indexOf('=');
      ops.add(
          step.contains(":=")
              ? PutOp.of(b(step.substring(0, equals - 1)), b(step.substring(equals + 1)))
              : RangeOp.key(b(step.substring(0, equals))));
    }
    return new TxnOp(List.of(), ops, List.of());
  }

  private void txn(long client, long start, long end, String... steps) {
    List<OpResult> results = new ArrayList<>();
    for (String step : steps) {
      if (step.contains(":=")) {
        results.add(new PutResult(ModelStore.header(0), Optional.empty()));
      } else {
        Bytes key = b(step.substring(0, step.indexOf('=')));
        String list = step.substring(step.indexOf('=') + 1);
        List<KeyValue> kvs =
            list.isEmpty() ? List.of() : List.of(new KeyValue(key, 1, 1, 1, b(list), 0));
        results.add(new RangeResult(ModelStore.header(0), kvs, false, kvs.size()));
      }
    }
    TxnResult result = new TxnResult(ModelStore.header(0), true, results);
    run.answered(client, start, end, call(steps), result);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void soundRunsHold(long seed) {
    Run random = RandomRuns.run(seed, 3_000, false, ListAppendCheckerTest::append, 0.03);
    Verdict verdict = check(random);
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
    assertThat(verdict.counts().get("operations")).isGreaterThan(1_000);
    assertThat(verdict.counts().get("edges")).isGreaterThan(5_000);
  }

  private static TxnOp append(Random random, ModelStore store, long serial) {
    TxnOp.Builder txn = TxnOp.builder();
    int first = random.nextInt(5);
    for (int i = 0; i <= random.nextInt(3); i++) {
      Bytes key = b("list" + (first + i) % 5);
      Optional<KeyValue> now = store.all().stream().filter(kv -> kv.key().equals(key)).findAny();
      if (random.nextInt(3) == 0) {
        txn.then(RangeOp.key(key));
        continue;
      }
      long known = now.map(KeyValue::modRevision).orElse(0L);
      long guess = random.nextInt(8) == 0 ? known + 1 : known;
      String list = now.map(kv -> kv.value().utf8() + ",").orElse("");
      txn.when(Compare.modRevision(key, Compare.Relation.EQUAL, guess))
          .then(PutOp.of(key, b(list + serial)))
          .otherwise(RangeOp.key(key));
    }
    return txn.build();
  }

  @Test
  void largeRunIsCheckedAndItsOneStaleReadFound() {
    long[] appended = new long[1];
    Run large =
        RandomRuns.run(
            1,
            60_000,
            false,
            (random, store, serial) -> {
              appended[0]++;
              String key = "list" + serial / 600;
              return store.all().stream()
                  .filter(kv -> kv.key().equals(b(key)))
                  .findAny()
                  .map(kv -> random.nextBoolean() ? get(key) : append(kv, serial))
                  .orElse(Run.put(key, "" + serial));
            },
            0.001);
    Verdict verdict = check(large);
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.counts().get("operations")).isGreaterThan(appended[0] * 9 / 10);
    large.answered(50, Long.MAX_VALUE - 2, Long.MAX_VALUE - 1, get("list9"), empty());
    assertThat(check(large).findings())
        .singleElement()
        .asString()
        .startsWith("G-single-realtime: a cycle of 2");
  }

  private static TxnOp append(KeyValue kv, long serial) {
    return TxnOp.builder()
        .when(Compare.value(kv.key(), Compare.Relation.EQUAL, kv.value()))
        .then(PutOp.of(kv.key(), kv.value().concat(b("," + serial))))
        .build();
  }

  private static TxnResult empty() {
    RangeResult nothing = new RangeResult(ModelStore.header(0), List.of(), false, 0);
    return new TxnResult(ModelStore.header(0), true, List.of(nothing));
  }

  @Test
  void writesInBothOrdersAreG0() {
    txn(1, 0, 100, "x:=1", "y:=2,1");
    txn(2, 0, 100, "x:=1,2", "y:=2");
    broken("G0");
  }

  @Test
  void readsOfEachOthersWritesAreG1c() {
    txn(1, 0, 100, "x:=1", "y=2");
    txn(2, 0, 100, "y:=2", "x=1");
    broken("G1c");
  }

  @Test
  void halfOfATransactionReadIsGSingle() {
    txn(1, 0, 100, "x:=1", "y:=1");
    txn(2, 0, 100, "x=", "y=1");
    txn(3, 200, 300, "x=1");
    broken("G-single");
  }

  @Test
  void writeSkewIsG2() {
    txn(1, 0, 100, "x=", "y:=1");
    txn(2, 0, 100, "y=", "x:=2");
    broken("G2");
  }

  @Test
  void staleReadIsGSingleInRealTime() {
    txn(1, 0, 10, "x:=1");
    txn(2, 20, 30, "x:=1,2");
    txn(3, 25, 29, "x=1");
    held();
    txn(3, 40, 50, "x=1");
    broken("G-single-realtime");
  }

  @Test
  void staleReadMayBeSerializable() {
    txn(1, 0, 10, "x:=1");
    RangeOp stale = RangeOp.builder(b("x")).serializable(true).build();
    run.answered(2, 20, 30, Run.one(stale), empty());
    held();
  }

  @Test
  void writesAgainstRealTimeAreG0InRealTime() {
    txn(1, 0, 10, "x:=2,1");
    txn(2, 20, 30, "x:=2");
    broken("G0-realtime");
  }

  @Test
  void readBeforeItsWriteBeganIsG1cInRealTime() {
    txn(1, 0, 10, "x=1");
    txn(2, 20, 30, "x:=1");
    broken("G1c-realtime");
  }

  @Test
  void lostUpdateIsALostAppend() {
    txn(1, 0, 100, "x:=1");
    txn(2, 0, 100, "x:=1,2");
    txn(3, 0, 100, "x:=1,3,4");
    broken("lost append");
  }

  @Test
  void appendThatIsNotThereAtTheEndIsFound() {
    run.ok(1, 0, 10, Run.put("x", "1"));
    run.member("one");
    run.ok(1, 20, 30, Run.put("x", "1,2"));
    broken("G-single-realtime");
  }

  @Test
  void appendAppliedTwiceIsADuplicate() {
    txn(1, 0, 10, "x:=1");
    txn(2, 20, 30, "x=1,1");
    broken("duplicate");
  }

  @Test
  void elementOfAFailedAppendIsG1a() {
    run.failed(1, 0, 10, call("x:=1"));
    txn(2, 20, 30, "x=1");
    broken("G1a");
  }

  @Test
  void elementOfTheBranchThatDidNotRunIsG1a() {
    txn(1, 0, 10, "x:=1");
    TxnOp call =
        TxnOp.builder()
            .when(Compare.version(b("x"), Compare.Relation.EQUAL, 9))
            .then(PutOp.of(b("x"), b("1,2")))
            .build();
    run.answered(2, 20, 30, call, new TxnResult(ModelStore.header(0), false, List.of()));
    txn(3, 40, 50, "x=1,2");
    broken("G1a");
  }

  @Test
  void middleOfATransactionIsG1b() {
    txn(1, 0, 10, "x:=1,2");
    txn(2, 20, 30, "x=1");
    broken("G1b");
  }

  @Test
  void elementOfNobodyIsAPhantom() {
    txn(1, 0, 10, "x=7");
    broken("phantom");
  }

  @Test
  void unknownAppendMayBeReadOrNot() {
    run.unknown(1, 0, call("x:=1"));
    run.unknown(2, 0, call("x:=1,2"));
    txn(3, 20, 30, "x=1");
    held();
    txn(3, 40, 50, "x=1,2");
    held();
  }
}
