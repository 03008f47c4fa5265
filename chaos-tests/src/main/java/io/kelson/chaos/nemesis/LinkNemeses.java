package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.LinkRule;
import io.kelson.chaos.cluster.PeerPorts;
import io.kelson.chaos.nemesis.Witness.View;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Members that cannot reach each other: in full, one way, or by detours only. */
final class LinkNemeses {
  private static final Set<Ability> LINKS = Set.of(Ability.LINKS);

  private final Lasting lasting;

  LinkNemeses(Lasting lasting) {
    this.lasting = lasting;
  }

  /** Which links are cut. */
  @FunctionalInterface
  private interface Shape {
    Cut cut(int members, View view, RandomGenerator random);
  }

  List<Nemesis> all() {
    return List.of(
        nemesis("partition-halves", "a majority and a minority, cut apart", Cut::halves),
        nemesis("isolate-leader", "the leader is cut off from all", Cut::leader),
        nemesis("isolate-follower", "a follower is cut off from all", Cut::follower),
        nemesis("bridge", "two halves that reach each other through one member", Cut::bridge),
        nemesis("majorities-ring", "each member reaches another majority", Cut::ring),
        nemesis("one-way-leader", "the leader speaks unheard, or hears nobody", Cut::oneWay),
        new Deed(
            "refused-leader",
            "the leader's port turns connections away as if it had ended; mostly it is not heard",
            Set.of(Ability.LINKS, Ability.PORTS),
            this::refuse));
  }

  private Nemesis nemesis(String name, String describe, Shape shape) {
    return new Deed(name, describe, LINKS, (cluster, random) -> strike(cluster, random, shape));
  }

  private Strike strike(ChaosCluster cluster, RandomGenerator random, Shape shape) {
    Witness witness = new Witness(cluster);
    View before = ProcessNemeses.orClose(witness, witness::viewWithLeader);
    Cut cut = ProcessNemeses.orClose(witness, () -> shape.cut(cluster.size(), before, random));
    cut.links().forEach(link -> cluster.link(link.from(), link.to(), LinkRule.BLOCKED));
    long start = System.nanoTime();
    long silent = passed(cluster, cut.links());
    List<Cut.Way> others = cut.others(cluster.size());
    long loud = passed(cluster, others);
    return new Fault(
        cut.what(),
        lasting.overAnElection(cluster, random),
        () -> {
          try (witness) {
            long over = passed(cluster, cut.links()) - silent;
            long around = passed(cluster, others) - loud;
            Optional<String> moved = before.movedTo(witness.view());
            cut.links().forEach(link -> cluster.link(link.from(), link.to(), LinkRule.OPEN));
            String proof =
                "%d bytes over %d cut links in %d ms, %d over the others"
                    .formatted(over, cut.links().size(), ProcessNemeses.millisSince(start), around);
            return over == 0 && (around > 0 || moved.isPresent())
                ? Optional.of(ProcessNemeses.join(proof, moved))
                : Optional.empty();
          }
        });
  }

  /** Others take such a leader for one that has ended, and do not wait for it. */
  private Strike refuse(ChaosCluster cluster, RandomGenerator random) {
    if (!(cluster instanceof PeerPorts ports)) {
      throw new UnsupportedOperationException("ports cannot be shut here");
    }
    Witness witness = new Witness(cluster);
    View before = ProcessNemeses.orClose(witness, witness::viewWithLeader);
    int leader = before.leader().orElseThrow();
    List<Cut.Way> unheard =
        random.nextInt(4) == 0 ? List.of() : Cut.ways(cluster.size(), (from, to) -> from == leader);
    unheard.forEach(link -> cluster.link(link.from(), link.to(), LinkRule.BLOCKED));
    ports.refuse(leader, true);
    long start = System.nanoTime();
    boolean atFirst = ports.turnsAway(leader);
    return new Fault(
        "member " + leader + ", the leader, refuses" + (unheard.isEmpty() ? "" : ", unheard"),
        lasting.overAnElection(cluster, random),
        () -> {
          try (witness) {
            boolean atLast = ports.turnsAway(leader);
            Optional<String> moved = before.movedTo(witness.view());
            unheard.forEach(link -> cluster.link(link.from(), link.to(), LinkRule.OPEN));
            ports.refuse(leader, false);
            String proof =
                "member %d turned connections away for %d ms"
                    .formatted(leader, ProcessNemeses.millisSince(start));
            return atFirst && atLast && !ports.turnsAway(leader)
                ? Optional.of(ProcessNemeses.join(proof, moved))
                : Optional.empty();
          }
        });
  }

  private static long passed(ChaosCluster cluster, List<Cut.Way> links) {
    return links.stream().mapToLong(link -> cluster.passed(link.from(), link.to())).sum();
  }
}
