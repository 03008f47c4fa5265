package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Two or three faults at the same time, each of another kind: two that end members, or two that set
 * links, would undo each other.
 */
final class Swarm implements Nemesis {
  private final List<List<Nemesis>> kinds;

  /** Draws from these; faults of one list are never done together. */
  Swarm(List<List<Nemesis>> kinds) {
    this.kinds = kinds;
  }

  @Override
  public String name() {
    return "swarm";
  }

  @Override
  public String describe() {
    return "two or three of the others at the same time";
  }

  @Override
  public Set<Ability> needs() {
    return Set.of();
  }

  @Override
  public Strike strike(ChaosCluster cluster, RandomGenerator random) throws InterruptedException {
    List<List<Nemesis>> left = possible(cluster);
    if (left.size() < 2) {
      throw new IllegalStateException("there are not two kinds of faults that can be done here");
    }
    int wanted = 2 + random.nextInt(2);
    List<Strike> strikes = new ArrayList<>();
    IllegalStateException refusal = null;
    for (int i = 0; i < wanted && !left.isEmpty(); i++) {
      List<Nemesis> kind = left.remove(random.nextInt(left.size()));
      try {
        strikes.add(kind.get(random.nextInt(kind.size())).strike(cluster, random));
      } catch (IllegalStateException e) {
        // The one before it may have left no leader to do it to: it is done without.
        refusal = e;
      }
    }
    if (strikes.isEmpty()) {
      throw new IllegalStateException("none of " + wanted + " faults could be done", refusal);
    }
    Duration lasting =
        strikes.stream().map(Strike::lasting).max(Comparator.naturalOrder()).orElseThrow();
    return new Fault(
        strikes.stream().map(Strike::what).collect(Collectors.joining(" + ")),
        lasting,
        () -> endAll(strikes));
  }

  private List<List<Nemesis>> possible(ChaosCluster cluster) {
    return new ArrayList<>(
        kinds.stream()
            .map(
                kind ->
                    kind.stream()
                        .filter(n -> n.needs().stream().allMatch(a -> cluster.missing(a).isEmpty()))
                        .toList())
            .filter(kind -> !kind.isEmpty())
            .toList());
  }

  /** The last one first; all are ended even if one of them fails to. */
  private static Optional<String> endAll(List<Strike> strikes) throws InterruptedException {
    List<String> proofs = new ArrayList<>();
    RuntimeException failure = null;
    boolean shown = false;
    for (int i = strikes.size() - 1; i >= 0; i--) {
      try {
        Optional<String> proof = strikes.get(i).end();
        shown |= proof.isPresent();
        proofs.add(0, proof.orElse("nothing shows of: " + strikes.get(i).what()));
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return shown ? Optional.of(String.join(" + ", proofs)) : Optional.empty();
  }
}
