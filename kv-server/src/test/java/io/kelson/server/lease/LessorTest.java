package io.kelson.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.EtcdError;
import io.kelson.server.lease.LeaseFixture.Answer;
import io.kelson.server.lease.LeaseFixture.Member;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The time of leases, with a clock and a log that the test moves by hand. */
class LessorTest {
  @TempDir Path temp;
  private LeaseFixture fixture;
  private Member a;
  private Member b;

  @BeforeEach
  void open() {
    fixture = new LeaseFixture(temp.resolve("store"));
    a = fixture.member();
    b = fixture.member();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void aLeaseEndsOnceItsTimeIsUpAndNotBefore() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    fixture.put(1, "k", 7);
    fixture.passSeconds(4);
    assertThat(a.proposed).isEmpty();
    fixture.passMillis(1);
    a.lessor.tick();
    assertThat(a.proposed).hasSize(1);
    assertThat(fixture.exists("k")).isTrue();
    a.commitAll(1);
    assertThat(fixture.exists("k")).isFalse();
    assertThat(fixture.lease(7)).isNull();
    assertThat(a.lessor.size()).isZero();
  }

  @Test
  void anExpiryIsProposedOnceAsLongAsNobodyKnowsWhatBecameOfIt() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    fixture.passSeconds(5);
    fixture.passSeconds(5);
    assertThat(a.proposed).hasSize(1);
    a.proposed.remove(0).done().accept(EtcdError.TIMEOUT);
    assertThat(a.proposed).as("not at once").isEmpty();
    a.lessor.tick();
    assertThat(a.proposed).hasSize(1);
  }

  @Test
  void aRenewalGivesTheWholeTimeAgain() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    fixture.passSeconds(3);
    assertThat(a.renew(1, 7).told).isEqualTo(4L);
    fixture.passSeconds(4);
    assertThat(a.proposed).isEmpty();
    assertThat(a.remaining(1, 7).told).isEqualTo(0L);
    fixture.passSeconds(1);
    assertThat(a.proposed).hasSize(1);
  }

  @Test
  void anUnknownLeaseHasNoTimeLeft() {
    a.lead(1);
    assertThat(a.renew(1, 7).told).isEqualTo(0L);
    assertThat(a.remaining(1, 7).told).isEqualTo(-1L);
  }

  @Test
  void aRenewalThatComesTooLateWaitsUntilTheLeaseIsGone() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    fixture.passMillis(4_001);
    Answer beforeProposed = a.renew(1, 7);
    a.lessor.tick();
    Answer afterProposed = a.renew(1, 7);
    assertThat(beforeProposed.told).isNull();
    assertThat(afterProposed.told).isNull();
    a.commitAll(1);
    assertThat(beforeProposed.told).isEqualTo(0L);
    assertThat(afterProposed.told).isEqualTo(0L);
  }

  @Test
  void aRenewalThatWaitsForTheEndHearsWhenLeadershipIsLost() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    fixture.passSeconds(5);
    Answer waiting = a.renew(1, 7);
    a.lessor.follow();
    assertThat(waiting.told).isEqualTo(EtcdError.LEADER_CHANGED);
    assertThat(a.renew(1, 7).told).isEqualTo(EtcdError.LEADER_CHANGED);
    assertThat(a.remaining(1, 7).told).isEqualTo(EtcdError.LEADER_CHANGED);
    assertThat(a.lessor.term()).isZero();
  }

  @Test
  void aRenewalConfirmedInAnEarlierTermIsNone() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    a.lessor.follow();
    a.lead(3);
    assertThat(a.renew(1, 7).told).isEqualTo(EtcdError.LEADER_CHANGED);
    assertThat(a.renew(3, 7).told).isEqualTo(4L);
  }

  @Test
  void aRevokedLeaseIsForgotten() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    fixture.revoke(1, 7);
    assertThat(a.renew(1, 7).told).isEqualTo(0L);
    fixture.passSeconds(10);
    assertThat(a.proposed).isEmpty();
  }

  @Test
  void whatIsLeftIsWrittenDownWheneverItHasHalved() {
    a.lead(1);
    fixture.grant(1, 7, 100);
    fixture.passSeconds(49);
    assertThat(a.proposed).isEmpty();
    fixture.passSeconds(1);
    a.commitAll(1);
    assertThat(fixture.lease(7).remainingSeconds()).isEqualTo(50);
    for (int second = 51; second <= 100; second++) {
      fixture.passSeconds(1);
      a.commitAll(1);
      long left = 100 - second;
      long written = fixture.lease(7).remainingSeconds();
      assertThat(written).isGreaterThanOrEqualTo(left);
      if (left >= HeldLease.MIN_CHECKPOINT_SECONDS) {
        assertThat(written).isLessThanOrEqualTo(2 * left);
      }
    }
    assertThat(fixture.store.applied().index()).as("grant and checkpoints").isEqualTo(1 + 4);
  }

  @Test
  void aLeaseThatIsKeptAliveIsNeverWritten() {
    a.lead(1);
    fixture.grant(1, 7, 60);
    for (int i = 0; i < 100; i++) {
      fixture.passSeconds(20);
      assertThat(a.renew(1, 7).told).isEqualTo(60L);
    }
    assertThat(a.proposed).isEmpty();
    assertThat(fixture.store.applied().index()).isEqualTo(1);
  }

  @Test
  void aNewLeaderGoesOnWithWhatIsLeft() {
    a.lead(1);
    fixture.grant(1, 7, 100);
    fixture.passSeconds(50);
    a.commitAll(1);
    fixture.passSeconds(10);
    a.lessor.follow();
    b.lead(2);
    assertThat(b.remaining(2, 7).told).isEqualTo(50_000 + LeaseFixture.EXTENSION_MILLIS);
    assertThat(b.renew(2, 7).told).as("not before the log has the whole time again").isNull();
  }

  @Test
  void aRenewalIsAnsweredOnceTheLogHasTheWholeTimeAgain() {
    a.lead(1);
    fixture.grant(1, 7, 100);
    fixture.passSeconds(50);
    // Under way while the renewals come.
    assertThat(a.proposed).hasSize(1);
    Answer first = a.renew(1, 7);
    Answer second = a.renew(1, 7);
    a.commitNext(1);
    assertThat(fixture.lease(7).remainingSeconds()).isEqualTo(50);
    assertThat(first.told).isNull();
    fixture.passSeconds(2);
    a.commitNext(1);
    assertThat(first.told).isEqualTo(100L);
    assertThat(second.told).isEqualTo(100L);
    assertThat(fixture.lease(7).remainingSeconds()).isEqualTo(100);
    a.lessor.follow();
    b.lead(2);
    assertThat(b.renew(2, 7).told).isEqualTo(100L);
  }

  @Test
  void aRenewalThatTheLogDoesNotTakeFails() {
    a.lead(1);
    fixture.grant(1, 7, 100);
    fixture.passSeconds(50);
    a.commitAll(1);
    Answer answer = a.renew(1, 7);
    a.proposed.remove(0).done().accept(EtcdError.TIMEOUT);
    assertThat(answer.told).isEqualTo(EtcdError.TIMEOUT);
    fixture.passSeconds(1);
    a.commitAll(1);
    assertThat(fixture.lease(7).remainingSeconds()).as("as it is, not as it was").isEqualTo(99);
  }

  @Test
  void aLeaderThatSleptCanEndNothing() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    fixture.put(1, "k", 7);
    b.lead(2);
    fixture.passMillis(3_000);
    assertThat(b.renew(2, 7).told).isEqualTo(4L);
    fixture.passMillis(2_000);
    // It wakes, finds the lease over by its own book, and its proposal is forwarded to b.
    a.lessor.tick();
    assertThat(a.proposed).hasSize(1);
    Answer late = a.renew(1, 7);
    a.commitAll(2);
    assertThat(fixture.exists("k")).isTrue();
    a.lessor.follow();
    assertThat(late.told).isEqualTo(EtcdError.LEADER_CHANGED);
    fixture.passSeconds(3);
    b.commitAll(2);
    assertThat(fixture.exists("k")).isFalse();
  }

  @Test
  void anExpiryThatComesLateDoesNotEndTheNextLeaseOfThatId() {
    a.lead(1);
    fixture.grant(1, 7, 4);
    fixture.passSeconds(5);
    fixture.revoke(1, 7);
    fixture.grant(1, 7, 4);
    a.commitAll(1);
    assertThat(fixture.lease(7)).isNotNull();
    assertThat(a.renew(1, 7).told).isEqualTo(4L);
  }

  @Test
  void whatHappensWhileLeasesAreLoadedCounts() {
    fixture.grant(1, 1, 10);
    fixture.grant(1, 2, 10);
    a.lessor.lead(2);
    Answer waiting = a.renew(2, 1);
    a.confirmations.remove(0).accept(null);
    fixture.revoke(2, 2);
    fixture.grant(2, 3, 10);
    Answer gone = a.renew(2, 2);
    assertThat(waiting.told).isNull();
    a.loads.remove(0).run();
    assertThat(waiting.told).isEqualTo(10L);
    assertThat(gone.told).isEqualTo(0L);
    assertThat(a.remaining(2, 3).told).isEqualTo(10_000L);
    assertThat(a.lessor.size()).isEqualTo(2);
  }

  @Test
  void nothingIsLoadedBeforeAMajorityHasConfirmed() {
    fixture.grant(1, 1, 10);
    a.lessor.lead(2);
    a.confirmations.remove(0).accept(EtcdError.TIMEOUT);
    assertThat(a.loads).isEmpty();
    a.lessor.tick();
    a.lessor.tick();
    assertThat(a.confirmations).hasSize(1);
    a.lessor.follow();
    a.confirmations.remove(0).accept(null);
    assertThat(a.loads).isEmpty();
    assertThat(a.lessor.term()).isZero();
  }

  @Test
  void aRefusedProposalIsMadeAgainWithTheNextTick() {
    a.lead(1);
    a.refuses = true;
    fixture.grant(1, 7, 4);
    fixture.passSeconds(5);
    a.refuses = false;
    assertThat(a.proposed).isEmpty();
    assertThat(a.lessor.size()).isEqualTo(1);
    a.lessor.tick();
    a.commitAll(1);
    assertThat(fixture.lease(7)).isNull();
  }

  /** The steps; how long they take is a matter of the machine. */
  @Test
  void manyLeasesEndInFewEntriesAndFewAtATime() {
    int count = 20_000;
    a.lead(1);
    for (int i = 1; i <= count; i++) {
      fixture.grant(1, i, 4);
    }
    fixture.passSeconds(5);
    int entries = 0;
    while (!a.proposed.isEmpty()) {
      assertThat(a.proposed).hasSizeLessThanOrEqualTo(Lessor.MAX_EXPIRY_BATCHES);
      assertThat(a.proposed.get(0).leases()).isEqualTo(Lessor.MAX_BATCH_LEASES);
      a.commitNext(1);
      entries++;
    }
    assertThat(entries).isEqualTo(count / Lessor.MAX_BATCH_LEASES);
    assertThat(a.lessor.size()).isZero();
  }

  @Test
  void renewalsThatHaveToBeWrittenShareEntries() {
    int count = 5_000;
    a.lead(1);
    for (int i = 1; i <= count; i++) {
      fixture.grant(1, i, 100);
    }
    fixture.passSeconds(50);
    a.commitAll(1);
    long before = fixture.store.applied().index();
    for (int i = 1; i <= count; i++) {
      a.renew(1, i);
    }
    a.commitAll(1);
    // The first one goes alone, as nothing was under way; the others gathered behind it.
    assertThat(fixture.store.applied().index() - before)
        .isEqualTo(1 + count / Lessor.MAX_BATCH_LEASES);
    assertThat(fixture.lease(count).remainingSeconds()).isEqualTo(100);
  }
}
