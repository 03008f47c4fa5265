package io.kelson.chaos.run;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import java.nio.file.Path;
import java.util.Set;

/** Lays out clusters for runs. */
@FunctionalInterface
interface ClusterFactory {
  /**
   * A cluster of which nothing runs yet; its data and logs go below {@code directory}.
   *
   * @param needs what faults will need of it
   * @throws UnavailableException if there can be none such here
   */
  ChaosCluster create(RunSpec spec, Path directory, Set<Ability> needs) throws UnavailableException;
}
