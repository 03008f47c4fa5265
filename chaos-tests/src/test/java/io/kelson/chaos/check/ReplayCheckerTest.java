package io.kelson.chaos.check;

import static io.kelson.chaos.check.Run.all;
import static io.kelson.chaos.check.Run.b;
import static io.kelson.chaos.check.Run.cas;
import static io.kelson.chaos.check.Run.get;
import static io.kelson.chaos.check.Run.one;
import static io.kelson.chaos.check.Run.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.DeleteOp;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.PutResult;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sound runs pass; each kind of fault is planted and found. */
class ReplayCheckerTest {
  private final Run run = new Run();

  private static Verdict check(Evidence evidence) {
    return new ReplayChecker().check(evidence);
  }

  private void broken(String... words) {
    broken(run.evidence(), words);
  }

  private static void broken(Evidence evidence, String... words) {
    Verdict verdict = check(evidence);
    assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.BROKEN);
    assertThat(String.join("\n", verdict.findings())).contains(words);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void soundRunsHold(long seed) {
    Verdict verdict = check(RandomRuns.mixed(seed, 3_000).evidence());
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
    assertThat(verdict.counts().get("effects")).isGreaterThan(500);
    assertThat(verdict.counts().get("reads")).isGreaterThan(500);
    assertThat(verdict.counts().get("effects-of-unknown")).isGreaterThan(5);
    assertThat(verdict.counts().get("ends-of-leases")).isGreaterThan(5);
  }

  @Test
  void twoHundredThousandOperationsAreChecked() {
    Run large = new Run(false);
    for (int i = 0; i < 200_000; i++) {
      String key = "k" + i % 997;
      TxnOp call = i % 3 == 0 ? get(key) : i % 3 == 1 ? put(key, "v" + i) : cas(key, "v", "w" + i);
      large.ok(i % 8, i * 10L, i * 10L + 25, call);
    }
    Verdict verdict = check(large.evidence());
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
    assertThat(verdict.counts()).containsEntry("operations", 200_000L);
  }

  @Test
  void nothingToCheckIsNoPass() {
    assertThat(check(run.evidence()).outcome()).isEqualTo(Outcome.UNDECIDED);
  }

  @Test
  void staleReadIsFound() {
    run.ok(1, 0, 10, put("k", "old"));
    TxnResult old = run.store.readAt(get("k"), run.store.revision());
    run.ok(1, 20, 30, put("k", "new"));
    run.answered(2, 40, 50, get("k"), old);
    broken("real time", "old");
  }

  @Test
  void staleSerializableReadIsAllowedButNotOneFromTheFuture() {
    TxnOp stale = one(RangeOp.builder(b("k")).serializable(true).build());
    run.ok(1, 0, 10, put("k", "old"));
    TxnResult old = run.store.readAt(stale, run.store.revision());
    run.ok(1, 20, 30, put("k", "new"));
    run.answered(2, 40, 50, stale, old);
    assertThat(check(run.evidence()).outcome()).isEqualTo(Outcome.HELD);
    run.answered(3, 12, 14, stale, run.store.readAt(stale, run.store.revision()));
    broken("real time", "client 3");
  }

  @Test
  void serializableReadOfAStateThatNeverWasIsFound() {
    TxnOp stale = one(RangeOp.builder(b("k")).prefix().serializable(true).build());
    run.ok(1, 0, 10, put("k1", "a"));
    TxnResult first = run.store.readAt(stale, run.store.revision());
    run.ok(1, 20, 30, put("k2", "b"));
    run.answered(2, 40, 50, stale, new TxnResult(ModelStore.header(12), true, first.results()));
    broken("wrong answer");
  }

  @Test
  void readOfAValueNobodyWroteIsFound() {
    run.ok(1, 0, 10, put("k", "a"));
    Operation read = run.ok(1, 20, 30, get("k"));
    KeyValue kv = Run.found(read).kvs().get(0);
    Run other = new Run();
    other.ok(1, 0, 10, put("k", "b"));
    run.answerInstead(read, other.store.apply(get("k")));
    assertThat(kv.value()).isEqualTo(b("a"));
    broken("wrong answer", "k=b", "must be k=a");
  }

  @Test
  void lostUpdateIsFound() {
    run.ok(1, 0, 10, put("k", "0"));
    TxnResult success = new Run().store.apply(put("x", "y"));
    run.ok(1, 20, 30, cas("k", "0", "1"));
    run.ok(2, 22, 40, put("k", "9"));
    Operation second = run.ok(3, 25, 45, cas("k", "0", "2"));
    run.answerInstead(second, new TxnResult(ModelStore.header(13), true, success.results()));
    broken("one revision acknowledged to two");
  }

  @Test
  void compareAndPutThatSucceedsAgainstTheStateIsFound() {
    run.ok(1, 0, 10, put("k", "0"));
    TxnOp call = cas("k", "other", "1");
    run.store.apply(put("k", "1"));
    TxnResult lie =
        new TxnResult(
            ModelStore.header(12),
            true,
            List.of(new PutResult(ModelStore.header(12), Optional.empty())));
    run.answered(2, 20, 30, call, lie);
    broken("did something else than it was asked");
  }

  @Test
  void acknowledgedWriteThatIsLostIsFound() {
    run.ok(1, 0, 10, put("k", "a"));
    run.ok(1, 20, 30, put("k", "b"));
    List<WatchBatch> log = run.store.log();
    broken(run.evidence(log.subList(0, 1)), "nothing happened at");
  }

  @Test
  void phantomWriteIsFound() {
    run.ok(1, 0, 10, put("k", "a"));
    run.store.apply(put("k", "ghost"));
    broken("nobody's doing", "ghost");
  }

  @Test
  void writeAppliedTwiceIsFound() {
    run.ok(1, 0, 10, put("k", "a"));
    run.store.apply(put("k", "a"));
    broken("done twice", "client 1");
  }

  @Test
  void unknownWriteMayHappenOnceAndNotBeforeItBegan() {
    run.unknown(1, 0, put("k", "a"));
    run.store.apply(put("k", "a"));
    run.ok(2, 20, 30, get("k"));
    assertThat(check(run.evidence()).outcome()).isEqualTo(Outcome.HELD);
    run.store.apply(put("k", "a"));
    broken("done twice");
    Run early = new Run();
    early.store.apply(put("k", "a"));
    early.ok(2, 20, 30, get("k"));
    early.unknown(1, 40, put("k", "a"));
    broken(early.evidence(), "nobody's doing");
  }

  @Test
  void unknownDeletionsAreSharedOutSoThatEachHasOne() {
    for (int i = 0; i < 3; i++) {
      run.ok(9, i * 10, i * 10 + 5, put("k" + i, "v"));
    }
    run.unknown(1, 100, one(DeleteOp.prefix(b("k"))));
    run.unknown(2, 101, one(DeleteOp.key(b("k2"))));
    run.unknown(3, 102, one(DeleteOp.key(b("k1"))));
    run.store.apply(one(DeleteOp.key(b("k1"))));
    run.store.apply(one(DeleteOp.key(b("k2"))));
    run.store.apply(one(DeleteOp.key(b("k0"))));
    assertThat(check(run.evidence()).outcome()).isEqualTo(Outcome.HELD);
    run.ok(9, 200, 205, put("k0", "again"));
    run.store.apply(one(DeleteOp.key(b("k0"))));
    broken("nobody's doing", "delete k0");
  }

  @Test
  void failedWriteThatHappenedIsFound() {
    run.ok(1, 0, 10, get("k"));
    run.failed(1, 20, 30, put("k", "refused"));
    run.store.apply(put("k", "refused"));
    broken("nobody's doing", "FAILED");
  }

  @Test
  void transactionAppliedByHalfIsFound() {
    TxnOp both = TxnOp.builder().then(PutOp.of(b("a"), b("1")), PutOp.of(b("b"), b("1"))).build();
    run.ok(1, 0, 10, both);
    WatchBatch whole = run.store.log().get(0);
    WatchBatch half = new WatchBatch(whole.header(), whole.events().subList(0, 1));
    broken(run.evidence(List.of(half)), "did something else than it was asked");
    Run silent = new Run();
    silent.unknown(1, 0, both);
    silent.ok(2, 0, 10, get("c"));
    broken(silent.evidence(List.of(half)), "nobody's doing");
  }

  @Test
  void revisionSplitInTwoIsFound() {
    TxnOp both = TxnOp.builder().then(PutOp.of(b("a"), b("1")), PutOp.of(b("b"), b("1"))).build();
    run.ok(1, 0, 10, both);
    WatchBatch whole = run.store.log().get(0);
    List<WatchBatch> split =
        List.of(
            new WatchBatch(whole.header(), whole.events().subList(0, 1)),
            new WatchBatch(whole.header(), whole.events().subList(1, 2)));
    broken(run.evidence(split), "revision 11 comes after 11");
  }

  @Test
  void logsThatNoStoreCanLiveThroughAreFound() {
    run.ok(1, 0, 10, put("k", "a"));
    run.ok(1, 20, 30, put("k", "b"));
    run.ok(1, 40, 50, put("k", "c"));
    List<WatchBatch> log = new ArrayList<>(run.store.log());
    log.remove(1);
    broken(run.evidence(log), "does not follow");
    List<WatchBatch> swapped = new ArrayList<>(run.store.log());
    swapped.set(0, run.store.log().get(1));
    swapped.set(1, run.store.log().get(0));
    broken(run.evidence(swapped), "comes after");
    List<WatchBatch> lying = new ArrayList<>(run.store.log());
    WatchEvent last = lying.get(2).events().get(0);
    Optional<KeyValue> wrong = run.store.log().get(0).events().get(0).prevKv();
    lying.set(
        2,
        new WatchBatch(
            lying.get(2).header(), List.of(new WatchEvent(last.type(), last.kv(), wrong))));
    broken(run.evidence(lying), "says that before it was nothing");
  }

  @Test
  void wrongPartsOfAnswersAreFound() {
    run.ok(1, 0, 10, put("k", "a"));
    Operation over = run.ok(1, 20, 30, one(PutOp.builder(b("k"), b("b")).prevKv(true).build()));
    run.answerInstead(
        over,
        new TxnResult(
            over.result().header(),
            true,
            List.of(new PutResult(over.result().header(), Optional.empty()))));
    broken("prevKv is nothing, must be k=a");
    Run ranged = new Run();
    ranged.ok(1, 0, 10, put("k1", "a"));
    ranged.ok(1, 20, 30, put("k2", "a"));
    Operation range = ranged.ok(1, 40, 50, all("k"));
    ranged.answerInstead(range, ranged.store.readAt(get("k1"), ranged.store.revision()));
    broken(ranged.evidence(), "count is 1, must be 2");
    Run inner = new Run();
    Operation put = inner.ok(1, 0, 10, put("k", "a"));
    inner.answerInstead(
        put,
        new TxnResult(
            put.result().header(),
            true,
            List.of(new PutResult(ModelStore.header(10), Optional.empty()))));
    broken(inner.evidence(), "inner revision is 10, must be 11");
  }

  @Test
  void revisionThatGoesBackIsFound() {
    run.ok(1, 0, 10, put("k", "a"));
    run.ok(2, 40, 50, put("k", "b"));
    run.ok(3, 20, 30, put("k", "c"));
    broken("real time", "k=b");
  }

  @Test
  void endOfALeaseExplainsItsKeysOnceAndOnlyAllOfThem() {
    run.ok(1, 0, 10, one(PutOp.builder(b("k1"), b("a")).lease(5).build()));
    run.ok(1, 20, 30, one(PutOp.builder(b("k2"), b("a")).lease(5).build()));
    run.store.endLease(5);
    broken("nobody's doing");
    run.leases.add(
        new LeaseRecord(LeaseRecord.Kind.GRANT, 5, 1, 0, 1, Status.OK, 2, Run.FIRST_REVISION));
    assertThat(check(run.evidence()).outcome()).isEqualTo(Outcome.HELD);
    run.ok(1, 40, 50, one(PutOp.builder(b("k1"), b("b")).lease(5).build()));
    run.store.endLease(5);
    broken("nobody's doing");
    Run half = new Run();
    half.leases.addAll(run.leases);
    half.ok(1, 0, 10, one(PutOp.builder(b("k1"), b("a")).lease(5).build()));
    half.ok(1, 20, 30, one(PutOp.builder(b("k2"), b("a")).lease(5).build()));
    half.store.apply(one(DeleteOp.key(b("k1"))));
    broken(half.evidence(), "nobody's doing");
  }
}
