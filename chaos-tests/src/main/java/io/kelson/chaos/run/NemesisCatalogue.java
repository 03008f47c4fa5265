package io.kelson.chaos.run;

import io.kelson.chaos.nemesis.Lasting;
import io.kelson.chaos.nemesis.Nemeses;
import io.kelson.chaos.nemesis.Nemesis;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The faults there are, by name. */
final class NemesisCatalogue {
  /** The one that does others at the same time, whichever can be done. */
  static final String SWARM = "swarm";

  /**
   * How many revisions a compaction leaves: more than the watch of the log is behind by, as long as
   * nothing else is done to the cluster.
   */
  private static final long KEPT_REVISIONS = 500;

  private static final List<Nemesis> ALL =
      Nemeses.lasting(Lasting.SHORT, KEPT_REVISIONS).all().stream()
          .filter(nemesis -> !nemesis.name().equals(RunSpec.NO_NEMESIS))
          .toList();

  private NemesisCatalogue() {}

  /** All of them, without {@code none}. */
  static List<Nemesis> all() {
    return ALL;
  }

  /** Their names, {@code none} first. */
  static List<String> names() {
    List<String> names = new ArrayList<>(List.of(RunSpec.NO_NEMESIS));
    all().forEach(nemesis -> names.add(nemesis.name()));
    return names;
  }

  /**
   * That one; empty for {@code none}.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static Optional<Nemesis> find(String name) {
    if (name.equals(RunSpec.NO_NEMESIS)) {
      return Optional.empty();
    }
    return Optional.of(
        all().stream()
            .filter(nemesis -> nemesis.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no nemesis "
                            + name
                            + ": give one of "
                            + String.join(", ", names()))));
  }
}
