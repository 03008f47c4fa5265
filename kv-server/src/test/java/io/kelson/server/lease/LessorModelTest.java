package io.kelson.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.EtcdError;
import io.kelson.server.lease.LeaseFixture.Answer;
import io.kelson.server.lease.LeaseFixture.Member;
import io.kelson.server.lease.LeaseFixture.Proposed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Leaders come and go, sleep, and have their proposals lost, delayed or forwarded; through all of
 * it no lease ends before the time that was promised with the last answer, and in the end all do.
 */
class LessorModelTest {
  private static final int STEPS = 3_000;
  private static final int MEMBERS = 3;
  private static final int IDS = 8;

  @TempDir Path temp;
  private LeaseFixture fixture;
  private Random random;

  /** By id: until when the lease has been promised to live. */
  private final Map<Long, Long> promised = new TreeMap<>();

  private final Map<Long, Long> ttls = new TreeMap<>();

  /** Renewals that have not been answered, with what is needed when they are. */
  private record Pending(long id, Answer answer) {}

  private final List<Pending> renewals = new ArrayList<>();
  private long term;
  private int leader;
  private int ended;
  private int renewed;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noLeaseEndsBeforeItsTimeAndAllDoInTheEnd(long seed) {
    random = new Random(seed);
    fixture = new LeaseFixture(temp.resolve("store"));
    try (LeaseFixture open = fixture) {
      for (int i = 0; i < MEMBERS; i++) {
        open.member();
      }
      elect();
      for (int i = 0; i < STEPS; i++) {
        step();
        collectAnswers();
        requirePromisesKept();
      }
      assertThat(ended).as("leases that ended").isGreaterThan(20);
      assertThat(renewed).as("renewals that were answered").isGreaterThan(100);
      settle();
      assertThat(promised.keySet()).allMatch(id -> fixture.lease(id) == null);
    }
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0 -> grant();
      case 1, 2, 3 -> renew();
      case 4, 5, 6 -> pass(random.nextInt(6_000));
      case 7 -> pass(random.nextInt(200));
      case 8, 9, 10 -> member(leader).commitAll(term);
      default -> {
        if (random.nextInt(4) == 0) {
          elect();
        } else {
          stragglers();
        }
      }
    }
  }

  private void grant() {
    long id = 1 + random.nextInt(IDS);
    if (fixture.lease(id) == null) {
      long ttl = 2 + random.nextInt(random.nextBoolean() ? 8 : 80);
      fixture.grant(term, id, ttl);
      ttls.put(id, ttl);
      promised.put(id, fixture.nowMillis() + ttl * 1000);
    }
  }

  /** A majority confirms the leader, and nobody else. */
  private void renew() {
    long id = 1 + random.nextInt(IDS);
    renewals.add(new Pending(id, member(leader).renew(term, id)));
  }

  private void collectAnswers() {
    renewals.removeIf(
        renewal -> {
          if (renewal.answer.told instanceof Long ttl && ttl > 0) {
            assertThat(ttl).isEqualTo(ttls.get(renewal.id));
            promised.merge(renewal.id, fixture.nowMillis() + ttl * 1000, Math::max);
            renewed++;
          }
          return renewal.answer.told != null;
        });
  }

  private void requirePromisesKept() {
    promised
        .entrySet()
        .removeIf(
            lease -> {
              boolean gone = fixture.lease(lease.getKey()) == null;
              if (gone) {
                assertThat(fixture.nowMillis())
                    .as("lease %d ended", lease.getKey())
                    .isGreaterThanOrEqualTo(lease.getValue());
                ended++;
              }
              return gone;
            });
  }

  private void pass(long millis) {
    fixture.passMillis(millis);
    // Deposed leaders tick as well: not all of them know.
    fixture.members.forEach(member -> member.lessor.tick());
  }

  /**
   * Another leader. What the old one had proposed is in the log before that, or never, or comes
   * later; and the old one hears of its end now or when its next proposal comes to nothing.
   */
  private void elect() {
    if (term > 0) {
      Member old = member(leader);
      while (!old.proposed.isEmpty() && random.nextBoolean()) {
        old.commitNext(term);
      }
      if (random.nextBoolean()) {
        old.lessor.follow();
      }
      collectAnswers();
      requirePromisesKept();
    }
    term++;
    leader = random.nextInt(MEMBERS);
    Member next = member(leader);
    next.lessor.follow();
    // Its own old proposals are lost, as if it had restarted.
    next.proposed.clear();
    next.lead(term);
  }

  /** Deposed leaders' proposals reach the new one, or are turned down. */
  private void stragglers() {
    for (int i = 0; i < MEMBERS; i++) {
      Member member = member(i);
      if (i != leader && !member.proposed.isEmpty()) {
        if (random.nextBoolean()) {
          member.commitNext(term);
        } else {
          Proposed refused = member.proposed.remove(0);
          refused.done().accept(EtcdError.LEADER_CHANGED);
        }
      }
    }
  }

  private void settle() {
    for (int i = 0; i < 100; i++) {
      pass(2_000);
      member(leader).commitAll(term);
    }
  }

  private Member member(int index) {
    return fixture.members.get(index);
  }
}
