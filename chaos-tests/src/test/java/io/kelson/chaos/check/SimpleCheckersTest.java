package io.kelson.chaos.check;

import static io.kelson.chaos.check.Run.all;
import static io.kelson.chaos.check.Run.b;
import static io.kelson.chaos.check.Run.cas;
import static io.kelson.chaos.check.Run.get;
import static io.kelson.chaos.check.Run.one;
import static io.kelson.chaos.check.Run.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Evidence.FinalState;
import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.chaos.history.FencedWrite;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.PutOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checkers that compare sums and sets: sound runs pass, planted faults are found. */
class SimpleCheckersTest {
  private final Run run = new Run();

  private void broken(Checker checker, String words) {
    Verdict verdict = checker.check(run.evidence());
    assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.BROKEN);
    assertThat(verdict.findings()).anyMatch(finding -> finding.contains(words));
  }

  private void held(Checker checker) {
    Verdict verdict = checker.check(run.evidence());
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
  }

  /** With nothing to look at, no checker may say that all is well. */
  @Test
  void nothingToCheckIsNoPass() {
    for (Checker checker :
        List.of(
            new FenceChecker(),
            new ConvergenceChecker(),
            new SetChecker(b("s")),
            new BankChecker(b("a"), 100),
            new CounterChecker(b("c")),
            new ListAppendChecker(b("l")),
            new LinearizableChecker())) {
      assertThat(checker.check(run.evidence()).outcome())
          .as(checker.name())
          .isEqualTo(Outcome.UNDECIDED);
    }
  }

  @Nested
  class Fence {
    private final Checker checker = new FenceChecker();

    private void write(long client, long fence, boolean accepted) {
      run.fencedWrites.add(new FencedWrite(client, fence, accepted, 0));
    }

    @Test
    void risingFencesHold() {
      write(1, 5, true);
      write(1, 5, true);
      write(2, 7, true);
      write(1, 5, false);
      held(checker);
    }

    @Test
    void olderFenceThatIsAcceptedIsFound() {
      write(2, 7, true);
      write(1, 5, true);
      broken(checker, "an older fence was accepted");
    }

    @Test
    void equalFenceOfTwoClientsIsFound() {
      write(1, 5, true);
      write(2, 5, true);
      broken(checker, "one fence for two clients");
    }

    @Test
    void equalFenceOfTwoClientsIsFoundEvenIfRefused() {
      write(1, 5, true);
      write(3, 9, true);
      write(2, 5, false);
      broken(checker, "one fence for two clients");
    }
  }

  @Nested
  class Convergence {
    private final Checker checker = new ConvergenceChecker();

    private void member(String name, long revision, long hash, long compacted) {
      run.finals.put(name, new FinalState(revision, hash, compacted, run.store.all()));
    }

    @Test
    void equalMembersHold() {
      run.ok(1, 0, 10, put("k", "a"));
      member("a", 11, 1, 5);
      member("b", 11, 1, 5);
      member("c", 11, 2, 7);
      held(checker);
    }

    @Test
    void unequalHashesAreFound() {
      run.ok(1, 0, 10, put("k", "a"));
      member("a", 11, 1, 5);
      member("b", 11, 3, 6);
      member("c", 11, 2, 5);
      broken(checker, "a has hash 1");
    }

    @Test
    void memberThatIsBehindIsFound() {
      run.ok(1, 0, 10, put("k", "a"));
      member("a", 11, 1, 5);
      run.ok(1, 20, 30, put("k", "b"));
      member("b", 12, 1, 5);
      broken(checker, "a is at revision 11, b at 12");
    }

    @Test
    void memberThatHoldsSomethingElseIsFound() {
      run.ok(1, 0, 10, put("k", "a"));
      run.ok(1, 20, 30, put("x", "a"));
      member("a", 12, 1, 5);
      run.finals.put("b", new FinalState(12, 1, 5, run.store.all().subList(0, 1)));
      broken(checker, "b and the log of events differ in 1 keys");
      broken(checker, "a and b differ in 1 keys");
    }

    @Test
    void membersThatAgreeOnSomethingElseThanTheLogAreFound() {
      run.ok(1, 0, 10, put("k", "a"));
      run.ok(1, 20, 30, put("x", "a"));
      run.finals.put("a", new FinalState(12, 1, 5, List.of()));
      run.finals.put("b", new FinalState(12, 1, 5, List.of()));
      broken(checker, "a and the log of events differ in 2 keys");
    }
  }

  @Nested
  class Sets {
    private final Checker checker = new SetChecker(b("s/"));

    @Test
    void keptElementsHold() {
      run.ok(1, 0, 10, put("s/1", "x"));
      run.unknown(2, 5, put("s/2", "x"));
      run.unknown(3, 5, put("s/3", "x"));
      run.store.apply(put("s/3", "x"));
      run.failed(4, 5, 6, put("s/4", "x"));
      run.ok(1, 20, 30, all("s/"));
      run.member("a");
      held(checker);
    }

    @Test
    void lostElementIsFound() {
      run.ok(1, 0, 10, put("s/1", "x"));
      run.store.apply(one(DeleteOp.key(b("s/1"))));
      run.member("a");
      broken(checker, "lost: s/1 is not in a");
    }

    @Test
    void elementThatIsMissingInAReadIsFound() {
      TxnResult empty = run.store.apply(all("s/"));
      run.ok(1, 0, 10, put("s/1", "x"));
      run.answered(2, 5, 30, all("s/"), empty);
      run.member("a");
      held(checker);
      run.answered(2, 11, 30, all("s/"), empty);
      broken(checker, "lost: s/1 is not in a read");
    }

    @Test
    void elementThatNobodyAddedIsFound() {
      run.ok(1, 0, 10, put("s/1", "x"));
      run.failed(4, 5, 6, put("s/4", "x"));
      run.store.apply(put("s/4", "x"));
      run.member("a");
      broken(checker, "never added: s/4");
    }

    @Test
    void elementWithAnotherValueIsFound() {
      run.ok(1, 0, 10, put("s/1", "x"));
      run.store.apply(put("s/1", "y"));
      run.member("a");
      broken(checker, "never added: s/1=y");
    }

    @Test
    void elementReadBeforeItWasTriedIsFound() {
      run.ok(1, 50, 60, put("s/1", "x"));
      run.ok(2, 10, 20, all("s/"));
      run.member("a");
      broken(checker, "never added: s/1");
    }
  }

  @Nested
  class Bank {
    private final Checker checker = new BankChecker(b("acc/"), 100);

    private TxnOp set(String one, String other) {
      return TxnOp.builder()
          .then(PutOp.of(b("acc/1"), b(one)), PutOp.of(b("acc/2"), b(other)))
          .build();
    }

    private void open() {
      run.ok(1, 0, 10, put("acc/1", "50"));
      run.ok(1, 20, 30, put("acc/2", "50"));
    }

    @Test
    void transfersHold() {
      open();
      run.ok(1, 40, 50, set("20", "80"));
      run.ok(2, 60, 70, all("acc/"));
      run.member("a");
      held(checker);
    }

    /** As from a member that has just joined and answers a read that need not be fresh. */
    @Test
    void beforeThereWereAccountsThereWasNothing() {
      run.ok(2, 0, 5, all("acc/"));
      open();
      run.ok(2, 60, 70, all("acc/"));
      held(checker);
    }

    @Test
    void moneyThatIsMadeIsFoundInTheLogAndInReadsAndInTheEnd() {
      open();
      run.ok(1, 40, 50, set("50", "80"));
      broken(checker, "130 instead of 100 after revision 13");
      run.ok(2, 60, 70, all("acc/"));
      broken(checker, "130 instead of 100 in client 2");
      run.member("member a");
      broken(checker, "130 instead of 100 in member a");
    }

    @Test
    void readOfHalfATransferIsFound() {
      open();
      run.ok(1, 40, 50, set("20", "80"));
      Run torn = new Run();
      for (int i = 0; i < 3; i++) {
        // Of a revision that had all accounts.
        torn.ok(1, i, i + 1, set("50", "80"));
      }
      run.answered(2, 60, 70, all("acc/"), torn.store.apply(all("acc/")));
      broken(checker, "130 instead of 100 in client 2");
    }

    @Test
    void negativeBalanceIsFound() {
      open();
      run.ok(1, 40, 50, set("-20", "120"));
      run.ok(2, 60, 70, all("acc/"));
      broken(checker, "balance acc/1=-20");
    }
  }

  @Nested
  class Counters {
    private final Checker checker = new CounterChecker(b("c"));

    private TxnOp create() {
      return TxnOp.builder()
          .when(Compare.version(b("c"), Compare.Relation.EQUAL, 0))
          .then(PutOp.of(b("c"), b("1")))
          .build();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void soundRunsHold(long seed) {
      Run random = RandomRuns.run(seed, 2_000, false, Counters.this::next, 0.05);
      Verdict verdict = checker.check(random.evidence());
      assertThat(verdict.findings()).isEmpty();
      assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
      assertThat(verdict.counts().get("additions")).isGreaterThan(200);
    }

    private TxnOp next(Random random, ModelStore store, long serial) {
      if (store.all().isEmpty()) {
        return create();
      }
      long now = Long.parseLong(store.all().get(0).value().utf8());
      long guess = random.nextInt(4) == 0 ? now + 1 : now;
      return random.nextBoolean()
          ? get("c")
          : cas("c", "" + guess, "" + (guess + 1 + random.nextInt(3)));
    }

    @Test
    void lostAdditionIsFound() {
      run.ok(1, 0, 10, create());
      run.ok(1, 20, 30, cas("c", "1", "3"));
      run.store.apply(put("c", "1"));
      run.ok(2, 40, 50, get("c"));
      broken(checker, "1 is not between 3 and 3");
      run.member("member a");
      broken(checker, "1 is not between 3 and 3 in member a");
    }

    @Test
    void additionAppliedTwiceIsFound() {
      run.ok(1, 0, 10, create());
      run.unknown(3, 12, cas("c", "1", "2"));
      run.store.apply(put("c", "3"));
      run.ok(2, 40, 50, get("c"));
      broken(checker, "3 is not between 1 and 2");
    }

    @Test
    void readAheadOfAnyAdditionIsFound() {
      run.ok(1, 50, 60, create());
      run.ok(2, 10, 20, get("c"));
      broken(checker, "1 is not between 0 and 0");
    }

    @Test
    void whatIsNoNumberIsFound() {
      run.store.apply(put("c", "many"));
      run.ok(2, 10, 20, get("c"));
      broken(checker, "no number");
    }
  }
}
