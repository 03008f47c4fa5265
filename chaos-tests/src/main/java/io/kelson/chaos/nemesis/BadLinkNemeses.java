package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.LinkRule;
import io.kelson.chaos.cluster.LinkStats;
import io.kelson.chaos.cluster.LinkStats.Counts;
import io.kelson.chaos.nemesis.Witness.View;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/** Links that work badly, all of them at once. */
final class BadLinkNemeses {
  private static final Set<Ability> SHAPED = Set.of(Ability.SHAPED_LINKS);
  private static final Counts NOTHING = new Counts(0, 0, 0, 0, 0);

  private final Lasting lasting;

  BadLinkNemeses(Lasting lasting) {
    this.lasting = lasting;
  }

  List<Nemesis> all() {
    return List.of(
        new Deed("slow-links", "every link is 20 to 200 ms long, and uneven", SHAPED, this::slow),
        new Deed("flaky-links", "connections are reset now and then", SHAPED, this::flaky),
        new Deed(
            "half-closed-links",
            "now and then a connection ends in one direction, for its receiver only",
            SHAPED,
            this::halfClosed),
        new Deed("throttle", "links carry 32 to 256 KiB a second", SHAPED, this::throttle));
  }

  private Strike slow(ChaosCluster cluster, RandomGenerator random) {
    int delay = 20 + random.nextInt(181);
    int jitter = random.nextInt(delay + 1);
    return strike(
        cluster,
        random,
        new LinkRule(delay, jitter, 0, false, 0),
        "all links are " + delay + " to " + (delay + jitter) + " ms long",
        (counts, millis) -> averageHeld(counts) >= delay);
  }

  private Strike flaky(ChaosCluster cluster, RandomGenerator random) {
    double chance = 0.001 + 0.02 * random.nextDouble();
    return strike(
        cluster,
        random,
        new LinkRule(0, 0, 0, false, chance),
        "one chunk in " + Math.round(1 / chance) + " resets its connection",
        (counts, millis) -> counts.resets() > 0);
  }

  private Strike halfClosed(ChaosCluster cluster, RandomGenerator random) {
    double chance = 0.001 + 0.02 * random.nextDouble();
    return strike(
        cluster,
        random,
        new LinkRule(0, 0, 0, false, 0, chance),
        "one chunk in " + Math.round(1 / chance) + " closes its direction of a connection",
        (counts, millis) -> counts.halfCloses() > 0);
  }

  private Strike throttle(ChaosCluster cluster, RandomGenerator random) {
    long bytes = (32 + random.nextInt(225)) << 10;
    long links = (long) cluster.size() * (cluster.size() - 1);
    return strike(
        cluster,
        random,
        new LinkRule(0, 0, bytes, false, 0),
        "links carry " + (bytes >> 10) + " KiB a second",
        (counts, millis) ->
            counts.bytes() > 0
                && counts.heldMillis() >= counts.bytes() * 900 / bytes
                && counts.bytes() <= links * bytes * (millis + 1_000) / 1_000);
  }

  private Strike strike(
      ChaosCluster cluster,
      RandomGenerator random,
      LinkRule rule,
      String what,
      BiFunction<Counts, Long, Boolean> shown) {
    Witness witness = new Witness(cluster);
    View before = witness.view();
    List<Cut.Way> all = Cut.ways(cluster.size(), (from, to) -> true);
    Counts start = counts(cluster, all);
    long startNanos = System.nanoTime();
    all.forEach(way -> cluster.link(way.from(), way.to(), rule));
    return new Fault(
        what,
        lasting.overAnElection(cluster, random),
        () -> {
          try (witness) {
            Counts during = counts(cluster, all).since(start);
            long millis = ProcessNemeses.millisSince(startNanos);
            Optional<String> moved = before.movedTo(witness.view());
            all.forEach(way -> cluster.link(way.from(), way.to(), LinkRule.OPEN));
            if (!(cluster instanceof LinkStats)) {
              return moved;
            }
            String proof =
                ("in %d ms %d bytes passed, a chunk was held for %d ms on average, %d resets,"
                        + " %d half-closes")
                    .formatted(
                        millis,
                        during.bytes(),
                        averageHeld(during),
                        during.resets(),
                        during.halfCloses());
            return shown.apply(during, millis)
                ? Optional.of(ProcessNemeses.join(proof, moved))
                : Optional.empty();
          }
        });
  }

  private static long averageHeld(Counts counts) {
    return counts.chunks() == 0 ? 0 : counts.heldMillis() / counts.chunks();
  }

  private static Counts counts(ChaosCluster cluster, List<Cut.Way> ways) {
    if (!(cluster instanceof LinkStats stats)) {
      return NOTHING;
    }
    return ways.stream()
        .map(way -> stats.counts(way.from(), way.to()))
        .reduce(NOTHING, Counts::plus);
  }
}
