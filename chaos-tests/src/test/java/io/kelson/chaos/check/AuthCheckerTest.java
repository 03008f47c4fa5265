package io.kelson.chaos.check;

import static io.kelson.chaos.check.Run.all;
import static io.kelson.chaos.check.Run.b;
import static io.kelson.chaos.check.Run.get;
import static io.kelson.chaos.check.Run.one;
import static io.kelson.chaos.check.Run.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.AuthRecord.Kind;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.Permission;
import io.kelson.client.Permission.Type;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sound runs pass, planted faults are found, and what cannot be known is not judged. */
class AuthCheckerTest {
  private static final String DENIED = "PERMISSION_DENIED: etcdserver: permission denied";
  private static final long NEVER = Long.MAX_VALUE;

  private final Run run = new Run();

  /** User u is client 1, user v client 2; u has the role r from 10 on, which may do nothing yet. */
  @BeforeEach
  void aUserWithARole() {
    run.auths.add(AuthRecord.signIn("u", 1, 0));
    run.auths.add(AuthRecord.signIn("v", 2, 0));
    role(Kind.GRANT_ROLE, 0, 10, Status.OK);
  }

  private void role(Kind kind, long start, long end, Status status) {
    run.auths.add(new AuthRecord(kind, "u", "r", null, 9, start, end, status, ""));
  }

  private void change(Kind kind, Type type, long start, long end, Status status) {
    Permission permission = Permission.prefix(type, b("a/"));
    run.auths.add(new AuthRecord(kind, "", "r", permission, 9, start, end, status, ""));
  }

  private void grant(Type type, long start, long end) {
    change(Kind.GRANT_PERMISSION, type, start, end, Status.OK);
  }

  /** A revocation names no type: any may stand in its record. */
  private void revoke(long start, long end) {
    change(Kind.REVOKE_PERMISSION, Type.READ, start, end, Status.OK);
  }

  private Operation denied(long client, long start, long end, TxnOp call) {
    Operation op = new Operation(client, 0, start, end, call, Status.FAILED, null, DENIED);
    run.operations.add(op);
    return op;
  }

  private Verdict verdict() {
    return new AuthChecker().check(run.evidence());
  }

  private void broken(String words) {
    Verdict verdict = verdict();
    assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.BROKEN);
    assertThat(verdict.findings()).hasSize(1).first().asString().contains(words);
  }

  private void held(long judged) {
    Verdict verdict = verdict();
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.counts().getOrDefault("judged", 0L)).isEqualTo(judged);
  }

  @Test
  void whatWasGrantedIsAllowedAndNothingElse() {
    denied(1, 11, 12, put("a/1", "early"));
    grant(Type.READWRITE, 20, 30);
    run.ok(1, 31, 32, put("a/1", "x"));
    run.ok(1, 33, 34, all("a/"));
    denied(1, 35, 36, put("b/1", "elsewhere"));
    denied(2, 35, 36, get("a/1"));
    revoke(40, 50);
    denied(1, 51, 52, get("a/1"));
    run.member("m");
    held(6);
    assertThat(verdict().outcome()).isEqualTo(Outcome.HELD);
    assertThat(verdict().counts())
        .containsEntry("with-right", 2L)
        .containsEntry("without-right", 4L);
  }

  @Test
  void callAfterARevocationThatSucceedsIsFound() {
    grant(Type.READWRITE, 20, 30);
    revoke(40, 50);
    run.ok(1, 51, 52, put("a/1", "x"));
    broken("done without the right: user u, to write a/1");
  }

  @Test
  void readAfterARevocationThatSucceedsIsFound() {
    grant(Type.READ, 20, 30);
    revoke(40, 50);
    run.ok(1, 51, 52, all("a/"));
    broken("done without the right: user u, to read a/");
  }

  @Test
  void callBeforeAnyGrantThatSucceedsIsFound() {
    run.ok(1, 11, 12, put("a/1", "x"));
    grant(Type.READWRITE, 20, 30);
    broken("done without the right");
  }

  @Test
  void callOfAnotherUserThatSucceedsIsFound() {
    grant(Type.READWRITE, 20, 30);
    run.ok(2, 31, 32, get("a/1"));
    broken("done without the right: user v");
  }

  @Test
  void writeWithTheRightToReadIsFound() {
    grant(Type.READ, 20, 30);
    run.ok(1, 31, 32, put("a/1", "x"));
    broken("to write a/1");
  }

  @Test
  void previousPairWithTheRightToWriteIsFound() {
    grant(Type.WRITE, 20, 30);
    run.ok(1, 31, 32, put("a/1", "x"));
    run.ok(1, 33, 34, one(PutOp.builder(b("a/1"), b("y")).prevKv(true).build()));
    broken("to read a/1");
  }

  @Test
  void deletionWithTheRightToReadIsFound() {
    grant(Type.READ, 20, 30);
    run.ok(1, 31, 32, one(DeleteOp.key(b("a/1"))));
    broken("to write a/1");
  }

  @Test
  void rangeThatReachesOutIsFound() {
    grant(Type.READWRITE, 20, 30);
    denied(1, 31, 32, all("a"));
    held(0);
    run.ok(1, 31, 32, all("b"));
    broken("to read b");
  }

  /** The branch that did not run takes its rights, too. */
  @Test
  void transactionTakesTheRightsOfBothItsBranches() {
    grant(Type.READWRITE, 20, 30);
    run.ok(
        1,
        31,
        32,
        TxnOp.builder()
            .when(Compare.version(b("a/1"), Compare.Relation.EQUAL, 0))
            .then(PutOp.of(b("a/1"), b("x")))
            .otherwise(TxnOp.builder().then(RangeOp.key(b("b/1"))).build())
            .build());
    broken("to read b/1");
  }

  @Test
  void roleThatWasTakenAwayIsFound() {
    grant(Type.READWRITE, 20, 30);
    role(Kind.REVOKE_ROLE, 40, 50, Status.OK);
    run.ok(1, 51, 52, get("a/1"));
    broken("done without the right");
  }

  @Test
  void denialOfWhatWasGrantedIsFound() {
    grant(Type.READWRITE, 20, 30);
    denied(1, 31, 32, put("a/1", "x"));
    broken("denied though the right was there: user u");
  }

  @Test
  void denialAfterAChangeThatFailedIsFound() {
    grant(Type.READWRITE, 20, 30);
    change(Kind.REVOKE_PERMISSION, Type.READ, 40, 50, Status.FAILED);
    denied(1, 51, 52, get("a/1"));
    broken("denied though the right was there");
  }

  @Test
  void callThatMeetsAChangeIsNotJudged() {
    grant(Type.READWRITE, 20, 30);
    denied(1, 25, 32, put("a/1", "x"));
    run.ok(1, 25, 32, put("a/1", "y"));
    revoke(40, 50);
    denied(1, 32, 45, put("a/1", "z"));
    run.ok(1, 45, 60, get("a/1"));
    held(0);
    assertThat(verdict().outcome()).isEqualTo(Outcome.UNDECIDED);
  }

  /** It may come into force at any time, even after the revocation that was asked for later. */
  @Test
  void grantWithAnUnknownOutcomeAllowsForEver() {
    change(Kind.GRANT_PERMISSION, Type.READ, 20, NEVER, Status.UNKNOWN);
    revoke(30, 40);
    run.ok(1, 51, 52, get("a/1"));
    denied(1, 53, 54, get("a/1"));
    held(0);
    run.ok(1, 55, 56, put("a/1", "x"));
    broken("to write a/1");
  }

  @Test
  void revocationWithAnUnknownOutcomeDeniesForEver() {
    grant(Type.READWRITE, 20, 30);
    change(Kind.REVOKE_PERMISSION, Type.READ, 40, NEVER, Status.UNKNOWN);
    run.ok(1, 35, 36, get("a/1"));
    grant(Type.READWRITE, 50, 60);
    denied(1, 61, 62, get("a/1"));
    run.ok(1, 63, 64, get("a/1"));
    held(1);
    denied(1, 37, 38, get("a/1"));
    broken("denied though the right was there");
  }

  @Test
  void laterGrantTakesThePlaceOfAnEarlierOne() {
    grant(Type.READWRITE, 20, 30);
    grant(Type.READ, 40, 50);
    run.ok(1, 51, 52, put("a/1", "x"));
    broken("to write a/1");
  }

  @Test
  void concurrentChangesMayComeInAnyOrder() {
    grant(Type.READWRITE, 20, 60);
    revoke(30, 50);
    denied(1, 61, 62, get("a/1"));
    run.ok(1, 63, 64, get("a/1"));
    held(0);
  }

  @Test
  void deniedWriteInTheLogIsFound() {
    denied(1, 11, 12, put("a/1", "x"));
    run.store.apply(put("a/1", "x"));
    broken("denied and done: a/1=x");
  }

  @Test
  void deniedWriteInAMembersStoreIsFound() {
    denied(1, 11, 12, put("a/1", "x"));
    Run other = new Run();
    other.store.apply(put("a/1", "x"));
    run.finals.put("m", new Evidence.FinalState(11, 7, 0, other.store.all()));
    broken("is in m");
  }

  @Test
  void goodPasswordThatIsRefusedIsFound() {
    run.operations.add(
        new Operation(
            1,
            0,
            11,
            12,
            get("a/1"),
            Status.FAILED,
            null,
            "INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password"));
    broken("a good password was refused: user u");
  }

  @Test
  void staleReadsAndUnansweredAndUnsignedCallsAreNotJudged() {
    run.ok(1, 11, 12, one(RangeOp.builder(b("a/1")).serializable(true).build()));
    run.unknown(1, 11, put("a/1", "x"));
    run.failed(1, 11, 12, put("a/1", "y"));
    run.ok(5, 11, 12, get("a/1"));
    run.auths.add(AuthRecord.signIn("root", 6, 0));
    run.ok(6, 11, 12, get("a/1"));
    held(0);
  }

  @Test
  void permissionsWithoutAnEndReachAsFarAsTheySay() {
    Permission permission = Permission.fromKey(Type.READ, b("m"));
    run.auths.add(
        new AuthRecord(Kind.GRANT_PERMISSION, "", "r", permission, 9, 20, 30, Status.OK, ""));
    denied(1, 31, 32, get("a"));
    run.ok(1, 31, 32, one(RangeOp.builder(b("n")).rangeEnd(Bytes.ZERO).build()));
    held(2);
    denied(1, 33, 34, get("z"));
    broken("denied though the right was there");
  }

  @Test
  void manyChangesInAnyOrderAreSorted() {
    List<Integer> order = List.of(7, 2, 9, 0, 5, 1, 8, 3, 6, 4);
    for (int i : order) {
      if (i % 2 == 0) {
        grant(Type.READWRITE, 100 * i + 20, 100 * i + 30);
      } else {
        revoke(100 * i + 20, 100 * i + 30);
      }
    }
    for (int i = 0; i < order.size(); i++) {
      long start = 100L * i + 31;
      if (i % 2 == 0) {
        run.ok(1, start, start + 80, get("a/1"));
      } else {
        denied(1, start, start + 80, get("a/1"));
      }
    }
    held(10);
    run.ok(1, 951, 952, get("a/1"));
    broken("done without the right");
  }
}
