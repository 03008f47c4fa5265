package io.kelson.chaos.run;

import io.kelson.chaos.NodeCommand;
import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.DockerDriver;
import io.kelson.chaos.cluster.ProcessDriver;
import io.kelson.chaos.cluster.ProcessOptions;
import io.kelson.chaos.planted.PlantedBugs;
import io.kelson.chaos.planted.PlantedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Clusters of real servers. */
final class Clusters implements ClusterFactory {
  /** Where {@code bin/kelson} is, for who runs from another directory. */
  static final String LAUNCHER_PROPERTY = "chaos.launcher";

  /** The image for the driver {@code docker}, if it is not the usual one. */
  static final String IMAGE_PROPERTY = "chaos.image";

  private static final long DISK_BYTES = 1L << 30;

  /**
   * Snapshots every few seconds, so that faults meet them, watches that tell how far, and passwords
   * that are checked in no time: a run is not about them. And what the run asks for.
   */
  private static List<String> flags(RunSpec spec) {
    String prefix = spec.product().equals("etcd") ? "--experimental-" : "--";
    List<String> flags = new ArrayList<>();
    flags.add("--snapshot-count=2000");
    flags.add("--bcrypt-cost=4");
    flags.add(prefix + "watch-progress-notify-interval=1s");
    if (!spec.flags().isBlank()) {
      flags.addAll(List.of(spec.flags().strip().split("\\s+")));
    }
    return flags;
  }

  @Override
  public ChaosCluster create(RunSpec spec, Path directory, Set<Ability> needs)
      throws UnavailableException {
    if (spec.driver().equals("docker")) {
      return containers(spec, directory);
    }
    ProcessOptions plain =
        ProcessOptions.of(command(spec, directory), directory, spec.members(), spec.seed())
            .withFlags(flags(spec));
    if (spec.nemesis().equals(NemesisCatalogue.SWARM)) {
      return asMuchAsThereIs(plain, spec.seed());
    }
    try {
      return ProcessDriver.create(laidOut(plain, needs));
    } catch (IllegalStateException e) {
      throw new UnavailableException(e.getMessage(), e);
    }
  }

  private static ProcessOptions laidOut(ProcessOptions plain, Set<Ability> needs) {
    ProcessOptions options = plain;
    if (needs.contains(Ability.POWER) || needs.contains(Ability.FULL_DISK)) {
      options = options.withDisks(DISK_BYTES);
    }
    if (needs.contains(Ability.SYNC_FAULTS)) {
      options = options.withSyncFaults();
    }
    if (needs.contains(Ability.CLOCK)) {
      options = options.withClockFaults();
    }
    return options;
  }

  /**
   * The first layout that this machine can give, of which the first allows the most. Failing syncs
   * and wrong clocks do not go together: the seed says which.
   */
  private static ChaosCluster asMuchAsThereIs(ProcessOptions plain, long seed)
      throws UnavailableException {
    Ability preload = seed % 2 == 0 ? Ability.SYNC_FAULTS : Ability.CLOCK;
    IllegalStateException last = null;
    for (Set<Ability> wishes :
        List.of(Set.of(Ability.POWER, preload), Set.of(Ability.POWER), Set.<Ability>of())) {
      try {
        return ProcessDriver.create(laidOut(plain, wishes));
      } catch (IllegalStateException e) {
        last = e;
      }
    }
    throw new UnavailableException(last.getMessage(), last);
  }

  private static ChaosCluster containers(RunSpec spec, Path directory) throws UnavailableException {
    if (!spec.product().equals("kelson")) {
      throw new UnavailableException("there is an image of kelson only: give --product kelson");
    }
    try {
      return DockerDriver.create(
          directory,
          System.getProperty(IMAGE_PROPERTY, DockerDriver.DEFAULT_IMAGE),
          spec.members(),
          flags(spec),
          spec.seed());
    } catch (IllegalStateException e) {
      throw new UnavailableException(e.getMessage(), e);
    }
  }

  private static NodeCommand planted(String id, Path launcher, Path directory)
      throws UnavailableException {
    try {
      PlantedServer server = new PlantedServer(launcher.getParent().getParent());
      // Beside the members' directories, which have to be made in an empty one.
      Path into = directory.resolveSibling("planted");
      Path classes = server.compile(PlantedBugs.find(id).orElseThrow(), into);
      return NodeCommand.patchedKelson(classes, server.serverClassPath());
    } catch (IOException | IllegalStateException e) {
      throw new UnavailableException("bug " + id + " cannot be planted: " + e.getMessage(), e);
    }
  }

  private static NodeCommand command(RunSpec spec, Path directory) throws UnavailableException {
    if (spec.product().equals("etcd")) {
      return NodeCommand.etcd(
          NodeCommand.findEtcd()
              .orElseThrow(
                  () ->
                      new UnavailableException(
                          "there is no etcd on the path: install one, or name it in KELSON_ETCD")));
    }
    Path launcher = Path.of(System.getProperty(LAUNCHER_PROPERTY, "bin/kelson")).toAbsolutePath();
    if (!Files.isExecutable(launcher)) {
      throw new UnavailableException(
          "there is no launcher "
              + launcher
              + ": run from the source tree, or set the property "
              + LAUNCHER_PROPERTY);
    }
    return spec.planted().isEmpty()
        ? NodeCommand.kelson(launcher)
        : planted(spec.planted(), launcher, directory.toAbsolutePath());
  }
}
