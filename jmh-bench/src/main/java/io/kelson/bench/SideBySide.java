package io.kelson.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.kelson.bench.scenario.ScenarioComparison;
import io.kelson.bench.scenario.ScenarioOptions;
import io.kelson.bench.scenario.ScenarioRun;
import io.kelson.bench.scenario.ScenarioSizes;
import io.kelson.bench.scenario.Scenarios;
import io.kelson.chaos.NodeCommand;
import io.kelson.chaos.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Compares two servers on this machine: three members of each in turn, on the same disk, with the
 * same flags, under the same loads; then through the same {@link Scenarios}, each on a fresh
 * cluster.
 *
 * <p>Legs alternate in the order A B, B A, so that a drift of the machine hits both sides alike.
 * What counts is the ratio within each pair; the absolute figures are printed beside it. A run of a
 * server against itself shows how much of a ratio is noise.
 */
@Command(
    name = "side-by-side",
    mixinStandardHelpOptions = true,
    description = "Runs two servers in turn under the same loads and compares them.",
    footer = {
      "",
      "A look at a few loads only:",
      "  side-by-side --quick --only 'put;watch'",
      "Memory, restart, failover, compaction, snapshot and start, and no loads:",
      "  side-by-side --only 'memory;restart;failover;compaction;snapshot;start'"
    })
public final class SideBySide implements Callable<Integer> {
  private static final Gson JSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().setPrettyPrinting().create();

  @Option(names = "--a", defaultValue = "etcd", description = "etcd or kelson (${DEFAULT-VALUE}).")
  private String a;

  @Option(
      names = "--b",
      defaultValue = "kelson",
      description = "etcd or kelson (${DEFAULT-VALUE}).")
  private String b;

  @Option(
      names = "--kelson",
      defaultValue = "bin/kelson",
      description = "Kelson's launcher (${DEFAULT-VALUE}).")
  private Path kelson;

  @Option(names = "--pairs", description = "Pairs of legs (3; quick: 1).")
  private Integer pairs;

  @Option(names = "--seconds", description = "Seconds each load is measured (15; quick: 2).")
  private Integer seconds;

  @Option(
      names = "--warmup",
      description = "Seconds each cluster is warmed up after it was filled (45; quick: 55).")
  private Integer warmupSeconds;

  @Option(names = "--key-space", description = "Number of keys (100000; quick: 10000).")
  private Long keySpace;

  @Option(
      names = "--listed-keys",
      description = "Number of keys that pages and counts are taken of (1000000; quick: 20000).")
  private Long listedKeys;

  @Option(
      names = "--only",
      split = ";",
      description =
          "Only the loads and scenarios whose names begin with one of these, separated by ';'.")
  private List<String> only = List.of();

  @Option(
      names = "--val-size",
      defaultValue = "256",
      description = "Bytes per value (${DEFAULT-VALUE}).")
  private int valueBytes;

  @Mixin private ScenarioOptions scenarioOptions = new ScenarioOptions();

  @Option(
      names = "--quick",
      description =
          "A look in less than ten minutes instead of a measurement: small sizes, servers that are"
              + " hardly warm, and only what has a goal.")
  private boolean quick;

  @Option(
      names = "--redraw",
      description = "Runs nothing: draws the goals of this result.json again, beside it.")
  private Path redrawn;

  @Option(
      names = "--base-port",
      defaultValue = "23790",
      description = "First of six loopback ports, with scenarios eight (${DEFAULT-VALUE}).")
  private int basePort;

  @Option(
      names = "--dir",
      defaultValue = "jmh-bench/target/side-by-side",
      description = "Where data, logs and results go; a real disk (${DEFAULT-VALUE}).")
  private Path directory;

  private final Optional<EtcdBenchmark> secondDriver = EtcdBenchmark.find();
  private List<Step> steps = Step.ALL;
  private Scenarios scenarios;

  private SideBySide() {}

  /** The entry point. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new SideBySide());
    line.setExecutionExceptionHandler(
        (error, command, parsed) -> {
          command.getErr().println("side-by-side: " + error.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(line.execute(args));
  }

  /** One leg, as it goes into the JSON result. */
  record LegReport(
      int pair,
      String side,
      String product,
      double stolenPercent,
      double foreignPercent,
      long peakMemoryMebibytes,
      List<LoadResult> results,
      List<EtcdBenchmark.Result> neutral) {
    /** Whether its figures are for quoting. */
    boolean quiet() {
      return new Bystanders.Shares(stolenPercent, foreignPercent).quiet();
    }
  }

  /** The JSON result. */
  record Report(
      String startedAt,
      Machine machine,
      String a,
      String b,
      int pairs,
      int secondsPerStep,
      int warmupSeconds,
      long keySpace,
      int valueBytes,
      long listedKeys,
      List<Comparison> comparisons,
      List<LegReport> legs,
      ScenarioSizes scenarioSizes,
      List<ScenarioComparison> scenarios,
      List<ScenarioRun> scenarioRuns) {}

  @Override
  public Integer call() throws Exception {
    if (redrawn != null) {
      Report report = JSON.fromJson(Files.readString(redrawn), Report.class);
      System.out.println(draw(report, redrawn.resolveSibling("goals.svg")));
      return 0;
    }
    Products products = new Products(kelson);
    NodeCommand commandA = products.command(a);
    NodeCommand commandB = products.command(b);
    Leg leg = leg();
    choose(leg.sizes());
    Ports.requireFree(scenarios.count() == 0 ? leg.ports() : scenarios.ports(basePort));
    String startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    Path home = Files.createDirectories(directory.resolve(startedAt.replace(":", "")));
    requireRealDisk(home);
    Machine machine = Machine.describe(home);
    String versionA = Products.version(commandA);
    String versionB = Products.version(commandB);
    System.out.println(heading(machine, versionA, versionB));

    if (secondDriver.isEmpty()) {
      System.out.println(
          "no benchmark tool of etcd's on the path or in "
              + EtcdBenchmark.VARIABLE
              + ": no second driver");
    }

    List<LegReport> legs = new ArrayList<>();
    List<ScenarioRun> runs = new ArrayList<>();
    for (int pair = 1; pair <= pairs(); pair++) {
      List<Turn> turns = turns(pair, commandA, commandB);
      if (!steps.isEmpty()) {
        for (Turn turn : turns) {
          legs.add(runLeg(leg, turn, home));
        }
      }
      for (int i = 0; i < scenarios.count(); i++) {
        for (Turn turn : turns) {
          runs.add(runScenario(i, turn, home));
        }
      }
    }
    List<Comparison> comparisons = compare(leg.sizes(), legs);
    List<ScenarioComparison> scenarioComparisons = scenarios.compare(runs);
    if (!comparisons.isEmpty()) {
      System.out.println(LoadTable.of(comparisons, a, b, pairs()));
    }
    if (!scenarioComparisons.isEmpty()) {
      System.out.println(Scenarios.table(scenarioComparisons, a, b, pairs()));
    }
    System.out.print(EtcdBenchmarkTable.of(neutral(legs, "a"), neutral(legs, "b")));
    Report report =
        new Report(
            startedAt,
            machine,
            versionA,
            versionB,
            pairs(),
            (int) leg.stepDuration().toSeconds(),
            (int) leg.warmup().toSeconds(),
            leg.sizes().keys().size(),
            valueBytes,
            leg.sizes().listed().size(),
            comparisons,
            legs,
            scenarioSizes(),
            scenarioComparisons,
            runs);
    Path json = home.resolve("result.json");
    Files.writeString(json, JSON.toJson(report) + "\n");
    System.out.println("every leg: " + json);
    System.out.println("the goals, drawn: " + draw(report, home.resolve("goals.svg")));
    return reportErrors(legs, runs);
  }

  private static Path draw(Report report, Path file) throws IOException {
    String title =
        productOf(report.b())
            + " beside "
            + productOf(report.a())
            + ", ratios; the mark is the goal";
    return Files.writeString(file, GoalChart.svg(title, report.comparisons(), report.scenarios()));
  }

  /** A side's version begins with it. */
  private static String productOf(String version) {
    return version.substring(0, version.indexOf(':'));
  }

  /** A B, then B A: a drift of the machine hits both sides alike. */
  private static List<Turn> turns(int pair, NodeCommand commandA, NodeCommand commandB) {
    Turn turnA = new Turn(pair, "a", commandA);
    Turn turnB = new Turn(pair, "b", commandB);
    return pair % 2 == 1 ? List.of(turnA, turnB) : List.of(turnB, turnA);
  }

  private Leg leg() {
    return new Leg(
        Sizes.of(
            new KeySpace(keySpace != null ? keySpace : quick ? 10_000 : 100_000, 16),
            valueBytes,
            listedKeys != null ? listedKeys : quick ? 20_000 : 1_000_000,
            quick ? 10 : 30),
        Duration.ofSeconds(warmupSeconds != null ? warmupSeconds : quick ? 55 : 45),
        Duration.ofSeconds(1),
        Duration.ofSeconds(seconds != null ? seconds : quick ? 2 : 15),
        basePort);
  }

  private void choose(Sizes sizes) {
    Selection selection = new Selection(only);
    steps =
        Step.ALL.stream()
            .filter(step -> selection.test(step.label(sizes)))
            .filter(step -> !quick || !step.goals().isEmpty())
            .toList();
    scenarios = Scenarios.of(scenarioSizes(), selection);
    if (steps.isEmpty() && scenarios.count() == 0) {
      throw new IllegalArgumentException("no load's or scenario's name begins with one of " + only);
    }
  }

  private ScenarioSizes scenarioSizes() {
    return scenarioOptions.sizes(quick, valueBytes);
  }

  private int pairs() {
    return pairs != null ? pairs : quick ? 1 : 3;
  }

  private LegReport runLeg(Leg leg, Turn turn, Path home) throws InterruptedException {
    Path data = home.resolve(turn.path()).toAbsolutePath();
    Leg.Outcome outcome =
        leg.run(turn.name(), turn.command(), data, steps, secondDriver, ProgressLine.onTerminal());
    LegReport report =
        new LegReport(
            turn.pair(),
            turn.side(),
            turn.command().product(),
            outcome.stolenPercent(),
            outcome.foreignPercent(),
            outcome.peakMemoryMebibytes(),
            outcome.results(),
            outcome.neutral());
    System.out.print(new LoadTable(steps, leg.sizes()).leg(turn.name(), report));
    return report;
  }

  private ScenarioRun runScenario(int number, Turn turn, Path home) throws InterruptedException {
    ScenarioRun run = scenarios.run(number, turn, home, basePort, ProgressLine.onTerminal());
    System.out.print(scenarios.lines(run));
    return run;
  }

  private List<Comparison> compare(Sizes sizes, List<LegReport> legs) {
    List<Comparison> comparisons = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      comparisons.add(
          Comparison.of(steps.get(i), sizes, results(legs, "a", i), results(legs, "b", i)));
    }
    return comparisons;
  }

  /** One side's results of one step, in the order of the pairs. */
  private static LoadResult[] results(List<LegReport> legs, String side, int step) {
    return legs.stream()
        .filter(leg -> leg.side().equals(side))
        .map(leg -> leg.results().get(step))
        .toArray(LoadResult[]::new);
  }

  private static List<List<EtcdBenchmark.Result>> neutral(List<LegReport> legs, String side) {
    return legs.stream().filter(leg -> leg.side().equals(side)).map(LegReport::neutral).toList();
  }

  private String heading(Machine machine, String versionA, String versionB) {
    return String.format(
        "a: %s%nb: %s%nmachine: %s, %d cores, %d MiB, kernel %s, data on %s; load before %.2f",
        versionA,
        versionB,
        machine.cpu(),
        machine.cores(),
        machine.memoryMebibytes(),
        machine.kernel(),
        machine.fileSystem(),
        machine.loadBefore());
  }

  private static int reportErrors(List<LegReport> legs, List<ScenarioRun> runs) {
    long errors =
        legs.stream().flatMap(leg -> leg.results().stream()).mapToLong(LoadResult::errorCount).sum()
            + runs.stream().mapToLong(ScenarioRun::errorCount).sum();
    boolean quiet =
        legs.stream().allMatch(LegReport::quiet) && runs.stream().allMatch(ScenarioRun::quiet);
    if (!quiet) {
      System.out.println(
          "other programs ran meanwhile: quote these figures with that, or not at all");
    }
    if (errors > 0) {
      System.out.println(errors + " operations failed: see the legs' errors before using a figure");
    }
    return errors > 0 ? 1 : 0;
  }

  private static void requireRealDisk(Path directory) throws IOException {
    String type = Files.getFileStore(directory).type();
    if (type.equals("tmpfs") || type.equals("ramfs")) {
      throw new IllegalStateException(
          directory + " is on " + type + ", where a sync costs nothing: name a disk with --dir");
    }
  }
}
