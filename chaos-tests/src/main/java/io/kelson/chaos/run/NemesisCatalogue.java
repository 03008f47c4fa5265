package io.kelson.chaos.run;

import io.kelson.chaos.nemesis.Lasting;
import io.kelson.chaos.nemesis.Nemeses;
import io.kelson.chaos.nemesis.Nemesis;
import java.time.Duration;
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

  private static final Duration LONGEST = Duration.ofSeconds(10);

  private NemesisCatalogue() {}

  /** All of them, without {@code none}, each with its usual length. */
  static List<Nemesis> all() {
    return all(LONGEST);
  }

  private static List<Nemesis> all(Duration longest) {
    return Nemeses.lasting(new Lasting(longest), KEPT_REVISIONS).all().stream()
        .filter(nemesis -> !nemesis.name().equals(RunSpec.NO_NEMESIS))
        .toList();
  }

  /** A quarter of the run at most, so that a short one meets several faults. */
  private static Duration longest(Duration run) {
    Duration quarter = run.dividedBy(4);
    Duration atLeast = Duration.ofSeconds(1);
    return quarter.compareTo(atLeast) < 0
        ? atLeast
        : quarter.compareTo(LONGEST) > 0 ? LONGEST : quarter;
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
   * @param run how long the run is, which bounds how long a fault lasts
   * @throws IllegalArgumentException if there is none of that name
   */
  static Optional<Nemesis> find(String name, Duration run) {
    if (name.equals(RunSpec.NO_NEMESIS)) {
      return Optional.empty();
    }
    return Optional.of(
        all(longest(run)).stream()
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
