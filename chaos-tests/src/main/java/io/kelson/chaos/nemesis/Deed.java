package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A nemesis made of a name, a line and a method. */
record Deed(String name, String describe, Set<Ability> needs, Doing doing) implements Nemesis {
  /** Does it once. */
  @FunctionalInterface
  interface Doing {
    Strike strike(ChaosCluster cluster, RandomGenerator random) throws InterruptedException;
  }

  Deed {
    needs = Set.copyOf(needs);
  }

  @Override
  public Strike strike(ChaosCluster cluster, RandomGenerator random) throws InterruptedException {
    return doing.strike(cluster, random);
  }
}
