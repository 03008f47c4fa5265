package io.kelson.bench.scenario;

import io.kelson.bench.Interval;
import io.kelson.bench.ProgressLine;
import io.kelson.bench.Turn;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The scenarios of a side-by-side run. */
public final class Scenarios {
  private final List<Scenario> chosen;
  private final Predicate<String> wanted;

  private Scenarios(List<Scenario> chosen, Predicate<String> wanted) {
    this.chosen = chosen;
    this.wanted = wanted;
  }

  /**
   * Those of which a row is wanted.
   *
   * @param wanted tells by what a row measures
   */
  public static Scenarios of(ScenarioSizes sizes, Predicate<String> wanted) {
    List<Scenario> some =
        all(sizes).stream()
            .filter(scenario -> scenario.rows().stream().map(Row::what).anyMatch(wanted))
            .toList();
    return new Scenarios(some, wanted);
  }

  static List<Scenario> all(ScenarioSizes sizes) {
    return List.of(
        new FullStore(sizes.keys(), sizes, Bound.ofOther(1), false),
        new FullStore(sizes.manyKeys(), sizes, Bound.ofOther(0.5), true),
        new Failover(sizes),
        new Compaction(sizes),
        new SnapshotToNewMember(sizes),
        new FirstPut(sizes));
  }

  /** How many were chosen. */
  public int count() {
    return chosen.size();
  }

  /** The ports that they take. */
  public List<Integer> ports(int basePort) {
    return ScenarioRun.ports(basePort);
  }

  /** One side's turn at the scenario of that number, on a cluster of its own. */
  public ScenarioRun run(int number, Turn turn, Path home, int basePort, ProgressLine progress)
      throws InterruptedException {
    return ScenarioRun.of(chosen.get(number), turn, home, basePort, progress);
  }

  /** Each row that is wanted, over all pairs. */
  public List<ScenarioComparison> compare(List<ScenarioRun> runs) {
    return chosen.stream().flatMap(scenario -> compare(scenario, runs).stream()).toList();
  }

  private List<ScenarioComparison> compare(Scenario scenario, List<ScenarioRun> runs) {
    String name = scenario.rows().get(0).what();
    List<ScenarioRun> a = of(name, "a", runs);
    List<ScenarioRun> b = of(name, "b", runs);
    return scenario.rows().stream()
        .filter(row -> wanted.test(row.what()))
        .map(row -> ScenarioComparison.of(row, a, b))
        .toList();
  }

  /** One side's, in the order of the pairs. */
  private static List<ScenarioRun> of(String name, String side, List<ScenarioRun> runs) {
    return runs.stream()
        .filter(run -> run.scenario().equals(name) && run.side().equals(side))
        .sorted((one, other) -> Integer.compare(one.pair(), other.pair()))
        .toList();
  }

  /** What a run came to, as it is printed when it has ended. */
  public String lines(ScenarioRun run) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            "pair %d, %s (%s): %.0f s; of all CPU time %.1f%% stolen, %.1f%% used by other"
                + " programs%s%n",
            run.pair(),
            run.side(),
            run.product(),
            run.seconds(),
            run.stolenPercent(),
            run.foreignPercent(),
            run.quiet() ? "" : "  <- not a quiet machine"));
    for (Row row : named(run.scenario()).rows()) {
      Reading reading = run.readings().get(row.what());
      if (reading != null) {
        out.append(String.format("  %s: %s%n", row.what(), row.cell(reading)));
        for (Map.Entry<String, Long> error : reading.errors().entrySet()) {
          out.append(String.format("    %d x %s%n", error.getValue(), error.getKey()));
        }
      }
    }
    if (!run.failure().isEmpty()) {
      out.append(String.format("  %s: FAILED, %s%n", run.scenario(), run.failure()));
    }
    return out.toString();
  }

  private Scenario named(String name) {
    return chosen.stream()
        .filter(scenario -> scenario.rows().get(0).what().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The table of all rows. */
  public static String table(List<ScenarioComparison> rows, String a, String b, int pairs) {
    StringBuilder out = new StringBuilder("\n");
    out.append(Interval.legend(pairs)).append("; less is better in every row\n");
    out.append(String.format("| what | a (%s) | b (%s) | b/a (95%%) | goal | reached |%n", a, b));
    out.append("|---|---|---|---|---|---|\n");
    for (ScenarioComparison row : rows) {
      out.append(
          String.format(
              "| %s | %s | %s | %s | %s | %s |%n",
              row.what(),
              row.a().text(),
              row.b().text(),
              ratio(row),
              row.goal().goal(),
              row.goal().text()));
    }
    return out.toString();
  }

  private static String ratio(ScenarioComparison row) {
    return row.pairs() == 0
        ? ""
        : String.format("%.2f%s", row.ratioMedian(), row.ratioInterval().text());
  }
}
