package io.kelson.chaos.run;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import java.nio.file.Path;
import java.util.Set;

/** Clusters of real servers. */
final class Clusters implements ClusterFactory {
  @Override
  public ChaosCluster create(RunSpec spec, Path directory, Set<Ability> needs)
      throws UnavailableException {
    throw new UnavailableException("there is no driver " + spec.driver() + " here");
  }
}
