package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How leases are kept alive. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LeaseKeeperTest {
  private static final Header HEADER = new Header(1, 2, 3, 4);

  private static KelsonClient client(FakeLeases... members) {
    return KelsonClient.builder()
        .endpoints(List.of(members).stream().map(FakeLeases::endpoint).toList())
        .inOrder(true)
        .build();
  }

  private static LeaseGrant grant(long id, long ttlSeconds) {
    return new LeaseGrant(HEADER, id, ttlSeconds);
  }

  /** The class's time limit ends a wait in vain. */
  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      assertThat(Thread.currentThread().isInterrupted()).as("out of time").isFalse();
    }
  }

  @Test
  void aHundredThousandLeasesShareOneStream() throws Exception {
    int count = 100_000;
    try (FakeLeases member = new FakeLeases(id -> 3600);
        KelsonClient client = client(member)) {
      List<KeptLease> kept = new ArrayList<>(count);
      for (int id = 1; id <= count; id++) {
        kept.add(client.leases().keepAlive(grant(id, 3600)));
      }
      await(() -> member.renewals.size() == count);
      assertThat(member.streams).hasValue(1);
      assertThat(kept).allMatch(KeptLease::alive);
    }
  }

  @Test
  void aLeaseIsRenewedAgainAndAgainUntilItIsClosed() throws Exception {
    try (FakeLeases member = new FakeLeases(id -> 2);
        KelsonClient client = client(member)) {
      KeptLease kept = client.leases().keepAlive(7);
      KeptLease twice = client.leases().keepAlive(7);
      await(() -> member.renewals(7) >= 3);
      kept.close();
      int before = member.renewals(7);
      await(() -> member.renewals(7) > before);
      assertThat(twice.alive()).isTrue();
      twice.close();
      await(() -> member.open.isEmpty());
      assertThat(kept.alive()).isFalse();
      assertThat(kept.lost()).isNotDone();
    }
  }

  @Test
  void theServersWordEndsALease() throws Exception {
    try (FakeLeases member = new FakeLeases(id -> id == 8 ? 0 : 60);
        KelsonClient client = client(member)) {
      KeptLease dead = client.leases().keepAlive(8);
      KeptLease alive = client.leases().keepAlive(9);
      dead.lost().get(60, TimeUnit.SECONDS);
      assertThat(dead.alive()).isFalse();
      assertThat(alive.alive()).isTrue();
    }
  }

  @Test
  void aLeaseThatNobodyAnswersForIsLostWhenItsTimeIsOver() throws Exception {
    try (FakeLeases member = new FakeLeases(id -> FakeLeases.SILENCE);
        KelsonClient client = client(member)) {
      KeptLease known = client.leases().keepAlive(grant(1, 2));
      KeptLease unknown = client.leases().keepAlive(2);
      known.lost().get(60, TimeUnit.SECONDS);
      assertThat(unknown.alive()).as("whose time to live nobody knows").isTrue();
    }
  }

  @Test
  void aBrokenStreamIsResumedElsewhere() throws Exception {
    try (FakeLeases first = new FakeLeases(id -> FakeLeases.SILENCE);
        FakeLeases second = new FakeLeases(id -> 60);
        KelsonClient client = client(first, second)) {
      KeptLease kept = client.leases().keepAlive(grant(1, 600));
      await(() -> first.renewals(1) == 1);
      first.open.get(0).onError(Status.UNAVAILABLE.asRuntimeException());
      await(() -> second.renewals(1) == 1);
      assertThat(kept.alive()).isTrue();
    }
  }

  @Test
  void aStreamOnWhichNothingComesIsLeft() throws Exception {
    try (FakeLeases first = new FakeLeases(id -> FakeLeases.SILENCE);
        FakeLeases second = new FakeLeases(id -> 60);
        KelsonClient client = client(first, second)) {
      KeptLease kept = client.leases().keepAlive(grant(1, 6));
      await(() -> second.renewals(1) >= 1);
      assertThat(kept.alive()).isTrue();
    }
  }

  @Test
  void aClosedClientKeepsNothing() throws Exception {
    try (FakeLeases member = new FakeLeases(id -> 60)) {
      KelsonClient client = client(member);
      KeptLease kept = client.leases().keepAlive(1);
      await(() -> member.renewals(1) == 1);
      client.close();
      assertThat(kept.lost()).isNotDone();
      assertThat(
              catchThrowableOfType(IllegalStateException.class, () -> client.leases().keepAlive(2)))
          .hasMessageContaining("closed");
    }
  }
}
