package io.kelson.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.chaos.Await;
import io.kelson.chaos.TestCluster;
import io.kelson.chaos.nemesis.Lasting;
import io.kelson.chaos.nemesis.Nemeses;
import io.kelson.chaos.nemesis.Strike;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three real servers behind the proxy: faults are seen to take effect, and to be over. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ProcessDriverIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final Nemeses nemeses = Nemeses.lasting(Lasting.SHORT);
  private final SplittableRandom random = new SplittableRandom(1);
  private ProcessDriver cluster;

  @BeforeEach
  void start() {
    cluster =
        ProcessDriver.create(
            ProcessOptions.of(TestCluster.command(), TestCluster.directory("driver"), 3, 1));
    cluster.startAll(BOUND);
  }

  @AfterEach
  void close() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void isolatesTheLeaderPausesAndKills() throws Exception {
    int leader = cluster.leader().orElseThrow();
    long leaderId = cluster.leaderIdFrom(leader).orElseThrow();
    Strike isolation = nemeses.named("isolate-leader").strike(cluster, random);
    assertThat(isolation.what()).contains("member " + leader + ", the leader");
    int follower = (leader + 1) % 3;
    // A higher term alone would not do: until somebody has won it, the old leader can, once back.
    Await.until(
        "a leader among the others",
        BOUND,
        () -> cluster.leaderIdFrom(follower).orElse(leaderId) != leaderId);
    assertThat(isolation.end()).hasValueSatisfying(proof -> assertThat(proof).contains("leader "));
    cluster.awaitHealthy(BOUND);
    assertThat(cluster.leader()).isPresent().isNotEqualTo(Optional.of(leader));

    int refused = cluster.leader().orElseThrow();
    assertThat(cluster.turnsAway(refused)).isFalse();
    Strike refusal = nemeses.named("refused-leader").strike(cluster, random);
    assertThat(refusal.what()).contains("member " + refused);
    assertThat(cluster.turnsAway(refused)).isTrue();
    assertThat(refusal.end())
        .hasValueSatisfying(proof -> assertThat(proof).contains("turned connections away"));
    cluster.awaitHealthy(BOUND);

    Strike pause = nemeses.named("pause").strike(cluster, random);
    // The kernel stops a process some time after it was told to; faults of campaigns last longer.
    Await.until(
        "a member to stand still",
        BOUND,
        () -> IntStream.range(0, 3).anyMatch(member -> cluster.state(member) == 'T'));
    assertThat(pause.end())
        .hasValueSatisfying(proof -> assertThat(proof).contains("was in state T"));
    cluster.awaitHealthy(BOUND);

    Strike kill = nemeses.named("kill-leader").strike(cluster, random);
    assertThat(kill.end())
        .hasValueSatisfying(proof -> assertThat(proof).contains("pid ").contains("term "));
    cluster.awaitHealthy(BOUND);

    for (int member = 0; member < 3; member++) {
      assertThat(cluster.endedByItself(member)).isFalse();
    }
  }

  @Test
  void saysWhatItCannotDoAndDoesNotTry() {
    assertThat(cluster.missing(Ability.LINKS)).isEmpty();
    assertThat(cluster.missing(Ability.POWER))
        .hasValueSatisfying(why -> assertThat(why).contains("not asked for"));
    assertThat(Nemeses.missing(nemeses.named("power-loss"), cluster))
        .hasValueSatisfying(why -> assertThat(why).startsWith("POWER: "));
    assertThatThrownBy(() -> cluster.fill(0)).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void putsAMemberInThePlaceOfARemovedOneFromWhereverItWasLeft() {
    int member = cluster.leader().orElseThrow();
    String endpoint = cluster.endpoint(member);
    long first = cluster.seat(member, BOUND).orElseThrow().id();
    assertThat(cluster.complete(member, BOUND)).as("nothing was to be done").isEqualTo(first);

    cluster.remove(member, BOUND);
    assertThat(cluster.isRunning(member)).as("a removed member's process").isFalse();
    assertThat(cluster.endedByItself(member)).as("an end that surprises").isFalse();
    assertThat(cluster.seat(member, BOUND)).isEmpty();
    long second = cluster.complete(member, BOUND);
    assertThat(second).isNotEqualTo(first);
    assertThat(cluster.seat(member, BOUND)).hasValue(new Membership.Seat(second, true));

    cluster.remove(member, BOUND);
    long third = cluster.rejoin(member, BOUND);
    cluster.kill(member);
    assertThat(cluster.complete(member, BOUND)).isEqualTo(third).isNotIn(first, second);
    cluster.awaitHealthy(BOUND);
    assertThat(cluster.seat(member, BOUND)).hasValue(new Membership.Seat(third, true));
    assertThat(cluster.endpoint(member)).isEqualTo(endpoint);
  }
}
