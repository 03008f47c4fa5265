package io.kelson.chaos.check;

import static io.kelson.chaos.check.Run.b;
import static io.kelson.chaos.check.Run.cas;
import static io.kelson.chaos.check.Run.get;
import static io.kelson.chaos.check.Run.one;
import static io.kelson.chaos.check.Run.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.chaos.history.Operation;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registers that are linearizable pass, whatever their revisions say; others do not. */
class LinearizableCheckerTest {
  private final Run run = new Run();

  private static Verdict check(Run run) {
    return new LinearizableChecker().check(run.evidence());
  }

  private void broken(String... words) {
    Verdict verdict = check(run);
    assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.BROKEN);
    assertThat(String.join("\n", verdict.findings())).contains(words);
  }

  private void held() {
    Verdict verdict = check(run);
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void soundRunsHold(long seed) {
    Verdict verdict = check(RandomRuns.registers(seed, 1_000));
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
    assertThat(verdict.counts().get("operations")).isGreaterThan(600);
    assertThat(verdict.counts()).doesNotContainKey("keys-left-out");
  }

  /** The value read by one read of a sound run becomes one that is long gone. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void oneStaleReadInARandomRunIsFound(long seed) {
    Run random = RandomRuns.registers(seed, 1_000);
    List<Operation> reads =
        random.operations.stream()
            .filter(op -> op.call().equals(get("k1")) && Calls.ok(op))
            .filter(op -> !Run.found(op).kvs().isEmpty())
            .toList();
    random.answerInstead(reads.get(reads.size() - 1), reads.get(0).result());
    assertThat(check(random).outcome()).isEqualTo(Outcome.BROKEN);
  }

  @Test
  void staleReadWithALyingRevisionIsFound() {
    run.ok(1, 0, 10, put("k", "old"));
    TxnResult old = run.store.apply(get("k"));
    run.ok(1, 20, 30, put("k", "new"));
    run.answered(2, 40, 50, get("k"), new TxnResult(ModelStore.header(99), true, old.results()));
    broken("not linearizable", "old");
  }

  @Test
  void readsThatGoBackAndForthAreFound() {
    run.ok(1, 0, 10, put("k", "a"));
    TxnResult a = run.store.apply(get("k"));
    run.store.apply(put("k", "b"));
    TxnResult b = run.store.apply(get("k"));
    run.unknown(1, 20, put("k", "b"));
    run.answered(2, 30, 40, get("k"), b);
    held();
    run.answered(2, 50, 60, get("k"), a);
    broken("not linearizable");
  }

  @Test
  void lostUpdateIsFound() {
    run.ok(1, 0, 10, put("k", "0"));
    Operation first = run.ok(1, 20, 40, cas("k", "0", "1"));
    run.answered(2, 25, 45, cas("k", "0", "2"), first.result());
    broken("not linearizable");
  }

  @Test
  void compareByModRevisionIsUnderstood() {
    run.ok(1, 0, 10, put("k", "0"));
    TxnOp call =
        TxnOp.builder()
            .when(Compare.modRevision(b("k"), Compare.Relation.EQUAL, 11))
            .then(PutOp.of(b("k"), b("1")))
            .build();
    Operation first = run.ok(1, 20, 40, call);
    held();
    TxnOp twin =
        TxnOp.builder()
            .when(Compare.modRevision(b("k"), Compare.Relation.EQUAL, 11))
            .then(PutOp.of(b("k"), b("2")))
            .build();
    run.answered(2, 25, 45, twin, first.result());
    broken("not linearizable");
  }

  @Test
  void valueThatIsLostAtTheEndIsFound() {
    run.ok(1, 0, 10, put("k", "a"));
    run.member("one");
    run.ok(1, 20, 30, put("k", "b"));
    broken("the final state");
  }

  @Test
  void theLastWriteMayBeOneThatNobodySawTheEndOf() {
    run.ok(1, 0, 10, put("k", "a"));
    run.unknown(2, 20, put("k", "b"));
    run.store.apply(put("k", "b"));
    run.member("one");
    held();
  }

  @Test
  void refusedWriteThatIsReadIsFound() {
    run.ok(1, 0, 10, put("k", "a"));
    run.failed(2, 20, 30, put("k", "b"));
    run.store.apply(put("k", "b"));
    run.ok(1, 40, 50, get("k"));
    broken("not linearizable");
  }

  @Test
  void deletionThatCannotHaveDeletedIsFound() {
    run.ok(1, 0, 10, put("k", "a"));
    Operation first = run.ok(1, 20, 40, one(DeleteOp.key(b("k"))));
    run.answered(2, 25, 45, one(DeleteOp.key(b("k"))), first.result());
    broken("not linearizable");
  }

  @Test
  void whatDoesNotFitIsLeftOutAndCounted() {
    run.ok(1, 0, 10, put("k", "a"));
    run.ok(1, 20, 30, put("other", "a"));
    run.ok(1, 40, 50, one(DeleteOp.prefix(b("k"))));
    run.ok(1, 60, 70, one(RangeOp.prefix(b("o"))));
    Verdict verdict = check(run);
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
    assertThat(verdict.counts())
        .containsEntry("keys", 1L)
        .containsEntry("keys-left-out", 1L)
        .containsEntry("operations-left-out", 3L);
  }

  @Test
  void searchThatIsTooLargeIsUndecided() {
    List<TxnResult> reads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      run.store.apply(put("k", "v" + i));
      reads.add(run.store.apply(get("k")));
      run.unknown(i, i, put("k", "v" + i));
    }
    for (int i = 0; i < 20; i++) {
      run.answered(100 + i, 100, 200 + i, get("k"), reads.get(19 - i));
    }
    Verdict verdict = new LinearizableChecker(10_000).check(run.evidence());
    assertThat(verdict.outcome()).isEqualTo(Outcome.UNDECIDED);
    assertThat(verdict.counts()).containsEntry("keys-undecided", 1L);
  }
}
