package io.kelson.chaos.run;

import io.kelson.chaos.nemesis.Nemesis;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The faults there are, by name. */
final class NemesisCatalogue {
  private NemesisCatalogue() {}

  /** All of them, without {@code none}. */
  static List<Nemesis> all() {
    return List.of();
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
