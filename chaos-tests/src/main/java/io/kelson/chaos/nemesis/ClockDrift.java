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

/**
 * A member's wall clock goes at between half and twice its pace, in steps of some milliseconds, and
 * at the end jumps back to the right time.
 */
final class ClockDrift {
  private static final long STEP_MILLIS = 10;
  private static final double LEAST = 0.2;
  private static final Duration SLACK = Duration.ofMillis(500);

  private final Lasting lasting;

  ClockDrift(Lasting lasting) {
    this.lasting = lasting;
  }

  Nemesis nemesis() {
    return new Deed(
        "clock-drift",
        "a member's wall clock goes too fast or too slow by a fifth or more",
        Set.of(Ability.CLOCK),
        this::strike);
  }

  private Strike strike(ChaosCluster cluster, RandomGenerator random) {
    if (!(cluster instanceof ClockFaults clocks)) {
      throw new UnsupportedOperationException("clocks cannot be set here");
    }
    int member = random.nextInt(cluster.size());
    ProcessNemeses.requireRunning(cluster, List.of(member), null);
    double gain =
        random.nextBoolean() ? random.nextDouble(LEAST, 1) : -random.nextDouble(LEAST, 0.5);
    long start = System.nanoTime();
    Worker worker =
        Worker.start(
            "clock-drift",
            goesOn -> {
              while (goesOn.getAsBoolean()) {
                clocks.setClock(member, gained(start, gain));
                Thread.sleep(STEP_MILLIS);
              }
            });
    return new Fault(
        "the wall clock of member %d goes at %.2f times its pace".formatted(member, 1 + gain),
        lasting.overAnElection(cluster, random),
        () -> {
          Duration seen;
          try {
            seen = Duration.between(Instant.now(), clocks.clock(member));
          } finally {
            worker.stop();
          }
          Duration due = gained(start, gain);
          clocks.setClock(member, Duration.ZERO);
          return seen.minus(due).abs().compareTo(SLACK) > 0 || seen.abs().compareTo(SLACK) < 0
              ? Optional.empty()
              : Optional.of(
                  "after %d ms the clock of member %d was off by %d ms"
                      .formatted(ProcessNemeses.millisSince(start), member, seen.toMillis()));
        });
  }

  private static Duration gained(long startNanos, double gain) {
    return Duration.ofNanos((long) ((System.nanoTime() - startNanos) * gain));
  }
}
