package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.EtcdError;
import io.kelson.raft.core.Role;
import io.kelson.raft.core.RoleChange;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaderWatchTest {
  private static final long ELECTION_NANOS = 1_000;

  private final AtomicLong nanos = new AtomicLong(50_000);
  private final LeaderWatch watch = new LeaderWatch(nanos::get, ELECTION_NANOS);

  @Test
  void tellsOnceOfEveryNewLeader() {
    assertThat(watch.hasLeader()).isFalse();
    assertThat(changed(1, 7)).isTrue();
    assertThat(changed(1, 7)).as("the same again").isFalse();
    assertThat(changed(2, 7)).as("re-elected").isTrue();
    assertThat(changed(3, 0)).as("lost").isFalse();
    assertThat(watch.hasLeader()).isFalse();
    assertThat(changed(3, 7)).isTrue();
  }

  @Test
  void isLeaderlessForLongAfterThreeElectionTimeouts() {
    nanos.addAndGet(3 * ELECTION_NANOS - 1);
    assertThat(watch.isLeaderlessForLong()).isFalse();
    nanos.addAndGet(1);
    assertThat(watch.isLeaderlessForLong()).isTrue();
    changed(1, 7);
    assertThat(watch.isLeaderlessForLong()).isFalse();
    changed(2, 0);
    nanos.addAndGet(2 * ELECTION_NANOS);
    changed(3, 0);
    nanos.addAndGet(ELECTION_NANOS);
    assertThat(watch.isLeaderlessForLong()).as("another term without a leader").isTrue();
  }

  @Test
  void onlyRequestsOfTheTimeAroundAnElectionAreExplainedByIt() {
    changed(1, 7);
    nanos.addAndGet(100 * ELECTION_NANOS);
    changed(2, 8);
    long elected = nanos.get();
    assertThat(watch.timeout(elected - 2 * ELECTION_NANOS)).isEqualTo(EtcdError.TIMEOUT);
    assertThat(watch.timeout(elected - 2 * ELECTION_NANOS + 1))
        .isEqualTo(EtcdError.TIMEOUT_LEADER_FAILURE);
    assertThat(watch.timeout(elected - 1)).isEqualTo(EtcdError.TIMEOUT_LEADER_FAILURE);
    assertThat(watch.timeout(elected)).isEqualTo(EtcdError.TIMEOUT);
  }

  @Test
  void theFirstElectionExplainsWhoeverWaitedForIt() {
    long start = nanos.get();
    nanos.addAndGet(ELECTION_NANOS);
    changed(1, 7);
    assertThat(watch.timeout(start)).isEqualTo(EtcdError.TIMEOUT_LEADER_FAILURE);
  }

  private boolean changed(long term, long leader) {
    return watch.changed(new RoleChange(Role.FOLLOWER, Role.FOLLOWER, term, leader, "test"));
  }
}
