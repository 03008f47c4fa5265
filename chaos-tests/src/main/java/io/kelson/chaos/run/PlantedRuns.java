package io.kelson.chaos.run;

import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.planted.PlantedBug;
import io.kelson.chaos.planted.PlantedBugs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Sees for each planted bug whether its run catches it: the harness checked by what it is for. A
 * run of a broken server that passes is the failure here. For one thread.
 */
final class PlantedRuns {
  private final Runner runner;
  private final Path directory;
  private final Consumer<String> output;

  PlantedRuns(Runner runner, Path directory, Consumer<String> output) {
    this.runner = runner;
    this.directory = directory;
    this.output = output;
  }

  /**
   * Runs each until it is caught, with another seed each time.
   *
   * @param attempts how often at most
   * @return whether all were caught
   */
  boolean run(List<String> ids, Duration each, long attempts, long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    output.accept("| bug | what is wrong | workload x nemesis | runs | caught by |");
    output.accept("|---|---|---|---|---|");
    boolean all = true;
    for (String id : ids) {
      all &= runOne(PlantedBugs.find(id).orElseThrow(), each, attempts, random);
    }
    return all;
  }

  private boolean runOne(PlantedBug bug, Duration each, long attempts, Random random)
      throws InterruptedException {
    String last = "";
    for (int attempt = 1; attempt <= attempts; attempt++) {
      RunSpec spec =
          RunSpec.of(bug.workload(), bug.nemesis(), random.nextInt(Integer.MAX_VALUE))
              .withDuration(each)
              .withPlanted(bug.id());
      RunResult result = runner.run(spec, directory.resolve(bug.id() + "-" + attempt));
      last = result.outcome() + ": " + String.join("; ", result.reasons());
      if (result.outcome() == RunResult.Outcome.FAILED) {
        output.accept(row(bug, attempt, caughtBy(result)));
        return true;
      }
    }
    output.accept(row(bug, attempts, "nobody (" + last + ")"));
    return false;
  }

  private static String row(PlantedBug bug, long runs, String by) {
    return String.format(
        "| %s | %s | %s x %s | %d | %s |",
        bug.id(), bug.what(), bug.workload(), bug.nemesis(), runs, by);
  }

  /** The checkers that found something, or else what the run itself noticed. */
  private static String caughtBy(RunResult result) {
    String checkers =
        result.verdicts().stream()
            .filter(verdict -> verdict.outcome() == Verdict.Outcome.BROKEN)
            .map(Verdict::checker)
            .collect(Collectors.joining(", "));
    return checkers.isEmpty() ? result.reasons().get(0) : checkers;
  }
}
