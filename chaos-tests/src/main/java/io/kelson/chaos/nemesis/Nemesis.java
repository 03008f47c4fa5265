package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import java.util.Set;
import java.util.random.RandomGenerator;

/** One kind of fault, done again and again during a run. */
public interface Nemesis {
  /** Short, in lower case with dashes, such as {@code isolate-leader}. */
  String name();

  /** One line for {@code kelson-chaos list}. */
  String describe();

  /** What it cannot do without. */
  Set<Ability> needs();

  /**
   * Does it once, to members that the random numbers choose, and returns while it lasts.
   *
   * @return the fault, to be ended
   * @throws IllegalStateException if the cluster is in no state to do it to; nothing has been done
   */
  Strike strike(ChaosCluster cluster, RandomGenerator random) throws InterruptedException;
}
