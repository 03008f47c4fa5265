package io.kelson.chaos.run;

import io.kelson.chaos.report.CampaignReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Runs of every workload under every nemesis, in an order that the seed shuffles, again and again
 * until the time is up. For one thread.
 */
final class Campaign {
  static final String INDEX = "index.html";
  static final String RESULT = "campaign.json";

  private final Runner runner;
  private final RunSpec pattern;
  private final Path directory;
  private final Consumer<String> output;
  private final List<RunResult> results = new ArrayList<>();

  /**
   * @param pattern each run but for workload, nemesis and seed; its seed is the campaign's
   */
  Campaign(Runner runner, RunSpec pattern, Path directory, Consumer<String> output) {
    this.runner = runner;
    this.pattern = pattern;
    this.directory = directory;
    this.output = output;
  }

  /** Goes on for that long; a run that has begun is done to its end. */
  CampaignResult run(List<String> workloads, List<String> nemeses, Duration atMost)
      throws InterruptedException {
    List<RunSpec> matrix = new ArrayList<>();
    for (String workload : workloads) {
      nemeses.forEach(nemesis -> matrix.add(pattern.with(workload, nemesis, pattern.seed())));
    }
    Random random = new Random(pattern.seed());
    long end = System.nanoTime() + atMost.toNanos();
    for (int round = 0; System.nanoTime() < end && !allSkipped(round, matrix); round++) {
      Collections.shuffle(matrix, random);
      for (RunSpec cell : matrix) {
        if (System.nanoTime() >= end) {
          break;
        }
        // Positive, since people will type it.
        once(cell.with(cell.workload(), cell.nemesis(), random.nextInt(Integer.MAX_VALUE)));
      }
    }
    return keep();
  }

  /** Nothing in the matrix can take place here: another round would be no different. */
  private boolean allSkipped(int round, List<RunSpec> matrix) {
    return round > 0
        && results.size() >= matrix.size()
        && results.stream().allMatch(r -> r.outcome() == RunResult.Outcome.SKIPPED);
  }

  private void once(RunSpec spec) throws InterruptedException {
    String name = String.format("%03d-%s", results.size() + 1, spec.title());
    RunResult result = runner.run(spec, directory.resolve(name));
    results.add(result);
    output.accept(Lines.ofRun(name, result));
    keep();
  }

  /** After each run: a campaign that is cut off leaves what it had. */
  private CampaignResult keep() {
    CampaignResult result = CampaignResult.of(pattern, results);
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(RESULT), Json.pretty().toJson(result) + "\n");
      Files.writeString(directory.resolve(INDEX), CampaignReport.html(result));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the campaign in " + directory, e);
    }
    return result;
  }
}
