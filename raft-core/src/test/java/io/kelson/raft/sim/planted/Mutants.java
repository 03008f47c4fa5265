package io.kelson.raft.sim.planted;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** All planted bugs, and those that are known not to be found. */
final class Mutants {
  /** Bugs that the simulator does not find, and why. */
  static final Map<String, String> OPEN_HOLES = Map.of();

  private Mutants() {}

  static List<Mutant> all() {
    return Stream.of(
            ElectionMutants.all(),
            ReplicationMutants.all(),
            ReadMutants.all(),
            DurabilityMutants.all(),
            LogMutants.all())
        .flatMap(List::stream)
        .toList();
  }
}
