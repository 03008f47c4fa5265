package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.ClockFaults;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A member's wall clock jumps, by up to three hours, forwards or back, and later returns. */
final class ClockJump {
  private static final int LONGEST_SECONDS = 3 * 3_600;
  private static final Duration SLACK = Duration.ofSeconds(2);

  private final Lasting lasting;

  ClockJump(Lasting lasting) {
    this.lasting = lasting;
  }

  Nemesis nemesis() {
    return new Deed(
        "clock-jump",
        "a member's wall clock jumps by up to three hours, and back",
        Set.of(Ability.CLOCK),
        this::strike);
  }

  private Strike strike(ChaosCluster cluster, RandomGenerator random) {
    if (!(cluster instanceof ClockFaults clocks)) {
      throw new UnsupportedOperationException("clocks cannot be set here");
    }
    int member = random.nextInt(cluster.size());
    ProcessNemeses.requireRunning(cluster, List.of(member), null);
    Duration ahead =
        Duration.ofSeconds(1 + random.nextInt(LONGEST_SECONDS))
            .multipliedBy(random.nextBoolean() ? 1 : -1);
    clocks.setClock(member, ahead);
    return new Fault(
        "the wall clock of member " + member + " jumps by " + ahead,
        lasting.draw(random),
        () -> {
          Duration seen = Duration.between(Instant.now(), clocks.clock(member));
          clocks.setClock(member, Duration.ZERO);
          return seen.minus(ahead).abs().compareTo(SLACK) > 0
              ? Optional.empty()
              : Optional.of(
                  "member " + member + " had its clock off by " + seen.toSeconds() + " s");
        });
  }
}
