package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.ChaosCluster;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long faults last.
 *
 * @param longest of any fault that is not over when it is done; a minute is what pauses are tried
 *     with elsewhere
 */
public record Lasting(Duration longest) {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Up to ten seconds: many faults in a short run. */
  public static final Lasting SHORT = new Lasting(Duration.ofSeconds(10));

  public Lasting {
    if (longest.compareTo(SECOND) < 0) {
      throw new IllegalArgumentException("a fault lasts a second at least, not " + longest);
    }
  }

  /** Between a second and the longest. */
  Duration draw(RandomGenerator random) {
    return between(random, SECOND, longest);
  }

  /** Long enough for an election, if the longest allows it. */
  Duration overAnElection(ChaosCluster cluster, RandomGenerator random) {
    Duration shortest = cluster.electionTimeout().multipliedBy(3);
    return between(random, shortest.compareTo(longest) < 0 ? shortest : longest, longest);
  }

  private static Duration between(RandomGenerator random, Duration from, Duration to) {
    long span = to.toMillis() - from.toMillis();
    return from.plusMillis(span <= 0 ? 0 : random.nextLong(span + 1));
  }
}
