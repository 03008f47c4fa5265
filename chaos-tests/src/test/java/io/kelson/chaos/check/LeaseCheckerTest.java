package io.kelson.chaos.check;

import static io.kelson.chaos.check.Run.b;
import static io.kelson.chaos.check.Run.get;
import static io.kelson.chaos.check.Run.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.LeaseRecord.Kind;
import io.kelson.chaos.history.Status;
import io.kelson.client.DeleteOp;
import io.kelson.client.PutOp;
import io.kelson.client.TxnOp;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lease 5 is granted two seconds at the beginning of the run; times are in milliseconds. */
class LeaseCheckerTest {
  private static final long MILLI = 1_000_000;

  private final Run run = new Run();

  private void record(Kind kind, long start, long end, Status status, long ttl) {
    record(5, kind, start, end, status, ttl, run.store.revision());
  }

  private void record(
      long lease, Kind kind, long start, long end, Status status, long ttl, long revision) {
    long until = status == Status.UNKNOWN ? Long.MAX_VALUE : end * MILLI;
    run.leases.add(new LeaseRecord(kind, lease, 1, start * MILLI, until, status, ttl, revision));
  }

  private void grant() {
    record(Kind.GRANT, 0, 10, Status.OK, 2);
  }

  private static TxnOp attached(String key) {
    return one(PutOp.builder(b(key), b("v")).lease(5).build());
  }

  private Verdict check() {
    return new LeaseChecker().check(run.evidence());
  }

  private void broken(String words) {
    Verdict verdict = check();
    assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.BROKEN);
    assertThat(verdict.findings()).anyMatch(finding -> finding.contains(words));
  }

  private void held() {
    Verdict verdict = check();
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
  }

  @Test
  void noLeaseIsNoPass() {
    assertThat(check().outcome()).isEqualTo(Outcome.UNDECIDED);
  }

  @Test
  void leaseThatIsGoneEarlyIsFound() {
    grant();
    record(Kind.TIME_TO_LIVE, 2_100, 2_200, Status.OK, -1);
    held();
    record(Kind.TIME_TO_LIVE, 1_700, 1_800, Status.OK, -1);
    broken("ended 200 ms early");
  }

  @Test
  void renewalMovesTheBound() {
    grant();
    record(Kind.RENEW, 1_000, 1_010, Status.OK, 2);
    record(Kind.TIME_TO_LIVE, 2_500, 2_600, Status.OK, -1);
    broken("ended 400 ms early");
  }

  @Test
  void refusedRenewalCanBeTheObservation() {
    grant();
    record(Kind.RENEW, 1_000, 1_010, Status.OK, 0);
    broken("ended 990 ms early");
  }

  @Test
  void unknownRenewalDoesNotMoveTheBound() {
    grant();
    record(Kind.RENEW, 1_000, 0, Status.UNKNOWN, 0);
    record(Kind.TIME_TO_LIVE, 2_100, 2_200, Status.OK, -1);
    held();
  }

  @Test
  void revocationMayEndItEarlyEvenIfNobodyKnows() {
    grant();
    record(Kind.REVOKE, 500, 0, Status.UNKNOWN, 0);
    record(Kind.TIME_TO_LIVE, 700, 800, Status.OK, -1);
    held();
    record(Kind.TIME_TO_LIVE, 300, 400, Status.OK, -1);
    broken("ended 1600 ms early");
  }

  @Test
  void keyThatIsDeletedEarlyIsFound() {
    grant();
    run.ok(1, 20 * MILLI, 30 * MILLI, attached("k"));
    run.store.endLease(5);
    held();
    run.ok(2, 3_000 * MILLI, 3_010 * MILLI, get("k"));
    held();
    run.ok(2, 1_500 * MILLI, 1_600 * MILLI, get("k"));
    broken("its keys were deleted at revision 12");
  }

  @Test
  void keyThatAClientDeletedIsNoEndOfTheLease() {
    grant();
    run.ok(1, 20 * MILLI, 30 * MILLI, attached("k"));
    run.ok(1, 40 * MILLI, 50 * MILLI, one(DeleteOp.key(b("k"))));
    run.ok(1, 60 * MILLI, 70 * MILLI, attached("k"));
    run.unknown(2, 80 * MILLI, one(DeleteOp.key(b("k"))));
    run.store.apply(one(DeleteOp.key(b("k"))));
    run.ok(3, 90 * MILLI, 95 * MILLI, get("k"));
    held();
  }

  @Test
  void renewalAfterARevocationIsFound() {
    grant();
    record(Kind.REVOKE, 100, 200, Status.OK, 0);
    record(Kind.RENEW, 150, 250, Status.OK, 2);
    held();
    record(Kind.RENEW, 300, 310, Status.OK, 2);
    broken("renewed after its end");
  }

  @Test
  void renewalAfterTheEndWasSeenIsFound() {
    grant();
    record(Kind.TIME_TO_LIVE, 2_100, 2_200, Status.OK, -1);
    record(Kind.RENEW, 2_300, 2_400, Status.OK, 2);
    broken("renewed after its end");
  }

  @Test
  void revocationInTwoRevisionsIsFound() {
    grant();
    run.ok(1, 20 * MILLI, 30 * MILLI, attached("k1"));
    run.ok(1, 40 * MILLI, 50 * MILLI, attached("k2"));
    run.store.apply(one(DeleteOp.key(b("k1"))));
    run.store.apply(one(DeleteOp.key(b("k2"))));
    record(Kind.REVOKE, 100, 200, Status.OK, 0);
    broken("only some of its keys went");
  }

  @Test
  void keyThatOutlivesTheRevocationIsFound() {
    grant();
    run.ok(1, 20 * MILLI, 30 * MILLI, attached("k1"));
    record(Kind.REVOKE, 100, 200, Status.OK, 0);
    broken("a key outlived its revocation");
  }

  @Test
  void keyAttachedToARevokedLeaseIsFound() {
    grant();
    record(Kind.REVOKE, 100, 200, Status.OK, 0);
    run.ok(1, 300 * MILLI, 330 * MILLI, attached("k1"));
    broken("attached after its end");
  }

  /** Fifty leases at once; what happens is done in the order of time. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void soundRunsHold(long seed) {
    Random random = new Random(seed);
    TreeMap<Long, Runnable> plan = new TreeMap<>();
    for (long lease = 1; lease <= 50; lease++) {
      plan(plan, random, lease);
    }
    for (long at = 7; at < 12_000; at += 50) {
      long start = at;
      plan.put(start * 1_000, () -> run.ok(2, start * MILLI, (start + 5) * MILLI, get("k1")));
    }
    plan.values().forEach(Runnable::run);
    Verdict verdict = check();
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
    assertThat(verdict.counts())
        .containsEntry("leases", 50L)
        .containsEntry("ends-in-the-log", 50L)
        .containsEntry("ends-seen", 50L);
  }

  /** Plans a life of one lease; keys are microseconds, a little apart for each lease. */
  private void plan(TreeMap<Long, Runnable> plan, Random random, long lease) {
    long start = lease * 100;
    plan.put(
        start * 1_000 + lease,
        () -> record(lease, Kind.GRANT, start, start + 5, Status.OK, 2, run.store.revision()));
    TxnOp put = one(PutOp.builder(b("k" + lease), b("v")).lease(lease).build());
    plan.put(
        (start + 10) * 1_000 + lease,
        () -> run.ok(1, (start + 10) * MILLI, (start + 11) * MILLI, put));
    long bound = start + 2_000;
    for (long at = start + 20; at < bound && random.nextInt(8) > 0; at += 300) {
      boolean known = random.nextInt(5) > 0;
      record(lease, Kind.RENEW, at, at + 5, known ? Status.OK : Status.UNKNOWN, known ? 2 : 0, 10);
      bound = known ? at + 2_000 : bound;
    }
    boolean revoked = random.nextBoolean();
    long end = revoked ? bound - 1_000 : bound + 5 + random.nextInt(300);
    plan.put(
        end * 1_000 + lease,
        () -> {
          run.store.endLease(lease);
          if (revoked) {
            record(lease, Kind.REVOKE, end, end + 10, Status.OK, 0, run.store.revision());
          }
          record(lease, Kind.TIME_TO_LIVE, end + 20, end + 30, Status.OK, -1, 10);
        });
  }
}
