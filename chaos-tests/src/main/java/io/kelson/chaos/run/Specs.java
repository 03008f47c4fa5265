package io.kelson.chaos.run;

import io.kelson.chaos.planted.PlantedBug;
import io.kelson.chaos.planted.PlantedBugs;
import io.kelson.chaos.workload.Workloads;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Runs as command lines say them. */
final class Specs {
  /** The options that say what a run is to be, apart from its time. */
  static final Set<String> COMMON =
      Set.of("seed", "driver", "product", "members", "clients", "rate", "out", "plant", "flags");

  private Specs() {}

  /**
   * One run.
   *
   * @param seed if none is given
   * @throws UsageException if a value is not to be used
   */
  static RunSpec run(Arguments arguments, long seed) {
    String workload = arguments.text("workload", "register");
    String nemesis = arguments.text("nemesis", RunSpec.NO_NEMESIS);
    requireKnown("workload", List.of(workload), Workloads.names());
    requireKnown("nemesis", List.of(nemesis), NemesisCatalogue.names());
    return spec(arguments, workload, nemesis, duration(arguments), seed);
  }

  static RunSpec spec(
      Arguments arguments, String workload, String nemesis, Duration duration, long seed) {
    try {
      return new RunSpec(
          workload,
          nemesis,
          duration,
          arguments.number("seed", seed),
          arguments.text("driver", "process"),
          arguments.text("product", "kelson"),
          Math.toIntExact(arguments.number("members", 3)),
          Math.toIntExact(arguments.number("clients", 8)),
          arguments.decimal("rate", 0),
          planted(arguments),
          arguments.text("flags", ""));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static String planted(Arguments arguments) {
    String id = arguments.text("plant", "");
    if (!id.isEmpty()) {
      requireKnown(
          "planted bug", List.of(id), PlantedBugs.all().stream().map(PlantedBug::id).toList());
    }
    return id;
  }

  /** Of {@code --minutes} or {@code --seconds}. */
  private static Duration duration(Arguments arguments) {
    if (arguments.has("minutes") && arguments.has("seconds")) {
      throw new UsageException("--minutes and --seconds are both there: give one of them");
    }
    return arguments.has("minutes")
        ? minutes(arguments, 0)
        : Duration.ofSeconds(atLeastOne("seconds", arguments.number("seconds", 30)));
  }

  static Duration minutes(Arguments arguments, long otherwise) {
    return Duration.ofMinutes(atLeastOne("minutes", arguments.number("minutes", otherwise)));
  }

  static long atLeastOne(String name, long value) {
    if (value < 1 || value > 1_000_000) {
      throw new UsageException("--" + name + " is " + value + ": give 1 to 1000000");
    }
    return value;
  }

  static void requireKnown(String what, List<String> given, List<String> known) {
    for (String name : given) {
      if (!known.contains(name)) {
        throw new UsageException(
            "there is no "
                + what
                + " "
                + name
                + ": give one of "
                + String.join(", ", known)
                + "; kelson-chaos list describes them");
      }
    }
  }
}
