package io.kelson.chaos.run;

import io.kelson.chaos.run.RunResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of many runs.
 *
 * @param pattern what they had in common; the workload and nemesis in it mean nothing
 * @param runs each in short, in their order; its directory is its number and its title
 * @param totals over all runs that took place: runs by outcome, operations, events
 * @param faultsByKind how many faults took effect, by nemesis
 */
public record CampaignResult(
    RunSpec pattern, List<Run> runs, Map<String, Long> totals, Map<String, Long> faultsByKind) {
  /**
   * One run in short.
   *
   * @param directory its name below the campaign's
   */
  public record Run(
      String directory,
      String workload,
      String nemesis,
      long seed,
      Outcome outcome,
      List<String> reasons,
      double okPerSecond,
      long operations,
      long faultsInEffect) {}

  public CampaignResult {
    runs = List.copyOf(runs);
    totals = new TreeMap<>(totals);
    faultsByKind = new TreeMap<>(faultsByKind);
  }

  static CampaignResult of(RunSpec pattern, List<RunResult> results) {
    List<Run> runs = new ArrayList<>();
    Map<String, Long> totals = new TreeMap<>();
    Map<String, Long> faults = new TreeMap<>();
    for (String name : List.of("operations", "log-events", "watch-events", "lease-calls")) {
      totals.put(name, 0L);
    }
    for (Outcome outcome : Outcome.values()) {
      totals.put(name(outcome), 0L);
    }
    for (RunResult result : results) {
      RunSpec spec = result.spec();
      runs.add(
          new Run(
              String.format("%03d-%s", runs.size() + 1, spec.title()),
              spec.workload(),
              spec.nemesis(),
              spec.seed(),
              result.outcome(),
              result.reasons(),
              result.okPerSecond(),
              result.count("operations"),
              result.faultsInEffect()));
      totals.merge(name(result.outcome()), 1L, Long::sum);
      result.counts().forEach((name, count) -> totals.merge(name, count, Long::sum));
      faults.merge(spec.nemesis(), result.faultsInEffect(), Long::sum);
    }
    faults.remove(RunSpec.NO_NEMESIS);
    totals.put("runs", (long) results.size());
    return new CampaignResult(pattern, runs, totals, faults);
  }

  private static String name(Outcome outcome) {
    return "runs-" + outcome.name().toLowerCase(Locale.ROOT);
  }

  /** How many runs ended so. */
  public long count(Outcome outcome) {
    return totals.get(name(outcome));
  }

  /** 1 if any run failed, 3 if any was invalid or none passed, else 0. */
  int exitCode() {
    if (count(Outcome.FAILED) > 0) {
      return Outcome.FAILED.exitCode();
    }
    boolean sound = count(Outcome.INVALID) == 0 && count(Outcome.PASSED) > 0;
    return (sound ? Outcome.PASSED : Outcome.INVALID).exitCode();
  }
}
