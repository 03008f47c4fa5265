package io.kelson.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares two servers on this machine: three members of each in turn, on the same disk, with the
 * same flags, under the same loads.
 *
 * <p>Legs alternate in the order A B, B A, so that a drift of the machine hits both sides alike.
 * What counts is the ratio within each pair; the absolute figures are printed beside it. A run of a
 * server against itself shows how much of a ratio is noise.
 */
@Command(
    name = "side-by-side",
    mixinStandardHelpOptions = true,
    description = "Runs two servers in turn under the same loads and compares them.",
    footer = {"", "A look at a few loads only:", "  side-by-side --quick --only 'put;watch'"})
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

  @Option(names = "--seconds", description = "Seconds each load is measured (15; quick: 3).")
  private Integer seconds;

  @Option(
      names = "--warmup",
      description = "Seconds each cluster is warmed up after it was filled (45; quick: 30).")
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
      description = "Only the loads whose names begin with one of these, separated by ';'.")
  private List<String> only = List.of();

  @Option(
      names = "--val-size",
      defaultValue = "256",
      description = "Bytes per value (${DEFAULT-VALUE}).")
  private int valueBytes;

  @Option(names = "--quick", description = "A look in a few minutes instead of a measurement.")
  private boolean quick;

  @Option(
      names = "--base-port",
      defaultValue = "23790",
      description = "First of six loopback ports (${DEFAULT-VALUE}).")
  private int basePort;

  @Option(
      names = "--dir",
      defaultValue = "jmh-bench/target/side-by-side",
      description = "Where data, logs and results go; a real disk (${DEFAULT-VALUE}).")
  private Path directory;

  private final Optional<EtcdBenchmark> secondDriver = EtcdBenchmark.find();
  private List<Step> steps = Step.ALL;

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
      List<EtcdBenchmark.Result> neutral) {}

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
      List<LegReport> legs) {}

  @Override
  public Integer call() throws Exception {
    NodeCommand commandA = command(a);
    NodeCommand commandB = command(b);
    Leg leg = leg();
    steps = chosen(leg.sizes());
    Ports.requireFree(leg.ports());
    String startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    Path home = Files.createDirectories(directory.resolve(startedAt.replace(":", "")));
    requireRealDisk(home);
    Machine machine = Machine.describe(home);
    System.out.println(heading(machine, version(commandA), version(commandB)));

    if (secondDriver.isEmpty()) {
      System.out.println(
          "no benchmark tool of etcd's on the path or in "
              + EtcdBenchmark.VARIABLE
              + ": no second driver");
    }

    List<LegReport> legs = new ArrayList<>();
    for (int pair = 1; pair <= pairs(); pair++) {
      boolean aFirst = pair % 2 == 1;
      legs.add(runLeg(leg, pair, aFirst ? "a" : "b", aFirst ? commandA : commandB, home));
      legs.add(runLeg(leg, pair, aFirst ? "b" : "a", aFirst ? commandB : commandA, home));
    }
    List<Comparison> comparisons = compare(leg.sizes(), legs);
    System.out.println(table(comparisons));
    System.out.print(EtcdBenchmarkTable.of(neutral(legs, "a"), neutral(legs, "b")));
    Report report =
        new Report(
            startedAt,
            machine,
            version(commandA),
            version(commandB),
            pairs(),
            (int) leg.stepDuration().toSeconds(),
            (int) leg.warmup().toSeconds(),
            leg.sizes().keys().size(),
            valueBytes,
            leg.sizes().listed().size(),
            comparisons,
            legs);
    Path json = home.resolve("result.json");
    Files.writeString(json, JSON.toJson(report) + "\n");
    System.out.println("every leg: " + json);
    return reportErrors(legs);
  }

  private Leg leg() {
    return new Leg(
        Sizes.of(
            new KeySpace(keySpace != null ? keySpace : quick ? 10_000 : 100_000, 16),
            valueBytes,
            listedKeys != null ? listedKeys : quick ? 20_000 : 1_000_000),
        Duration.ofSeconds(warmupSeconds != null ? warmupSeconds : quick ? 30 : 45),
        Duration.ofSeconds(1),
        Duration.ofSeconds(seconds != null ? seconds : quick ? 3 : 15),
        basePort);
  }

  private List<Step> chosen(Sizes sizes) {
    List<Step> some =
        Step.ALL.stream()
            .filter(step -> only.isEmpty() || only.stream().anyMatch(step.label(sizes)::startsWith))
            .toList();
    if (some.isEmpty()) {
      throw new IllegalArgumentException("no load's name begins with one of " + only);
    }
    return some;
  }

  private int pairs() {
    return pairs != null ? pairs : quick ? 1 : 3;
  }

  private LegReport runLeg(Leg leg, int pair, String side, NodeCommand command, Path home)
      throws InterruptedException {
    String name = "pair " + pair + ", " + side + " (" + command.product() + ")";
    Path data = home.resolve("pair" + pair + "-" + side + "-" + command.product()).toAbsolutePath();
    Leg.Outcome outcome =
        leg.run(name, command, data, steps, secondDriver, ProgressLine.onTerminal());
    LegReport report =
        new LegReport(
            pair,
            side,
            command.product(),
            outcome.stolenPercent(),
            outcome.foreignPercent(),
            outcome.peakMemoryMebibytes(),
            outcome.results(),
            outcome.neutral());
    System.out.print(legLines(name, leg.sizes(), report));
    return report;
  }

  private String legLines(String name, Sizes sizes, LegReport leg) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            "%s: of all CPU time %.1f%% stolen, %.1f%% used by other programs%s%n"
                + "  the servers' memory at its peak: %d MiB%n",
            name,
            leg.stolenPercent(),
            leg.foreignPercent(),
            quiet(leg) ? "" : "  <- not a quiet machine",
            leg.peakMemoryMebibytes()));
    for (int i = 0; i < steps.size(); i++) {
      LoadResult result = leg.results().get(i);
      out.append(
          String.format(
              "  %-36s %9.0f ops/s  p50 %8.2f ms  p99 %8.2f ms  %6.0f us/op  %7.0f B written/op"
                  + "  %d errors%n",
              steps.get(i).label(sizes),
              result.opsPerSecond(),
              result.p50Micros() / 1e3,
              result.p99Micros() / 1e3,
              result.serverCpuMicrosPerOp(),
              result.diskBytesWrittenPerOp(),
              result.errorCount()));
    }
    return out.toString();
  }

  private static boolean quiet(LegReport leg) {
    return leg.stolenPercent() <= 1 && leg.foreignPercent() <= 3;
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

  private String table(List<Comparison> comparisons) {
    StringBuilder out = new StringBuilder("\n");
    out.append("medians over ").append(pairs()).append(" pairs; us/op: CPU of the three servers\n");
    out.append(
        String.format(
            "| load | a (%s) ops/s | b (%s) ops/s | b/a (95%%) | a p50/p99 ms | b p50/p99 ms |"
                + " a us/op | b us/op | b/a | a, b bytes written/op | a, b syncs/op | goal | reached |%n",
            a, b));
    out.append("|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (Comparison row : comparisons) {
      out.append(
          String.format(
              "| %s | %.0f | %.0f | %.2f%s | %s | %s | %.0f | %.0f | %.2f | %.0f, %.0f | %s, %s | %s | %s |%n",
              row.step(),
              row.a().opsPerSecond(),
              row.b().opsPerSecond(),
              row.ratioMedian(),
              interval(row),
              latencies(row.a()),
              latencies(row.b()),
              row.a().cpuMicrosPerOp(),
              row.b().cpuMicrosPerOp(),
              row.cpuRatioMedian(),
              row.a().bytesWrittenPerOp(),
              row.b().bytesWrittenPerOp(),
              row.a().syncsText(),
              row.b().syncsText(),
              joined(row, Goal.Outcome::goal),
              joined(row, SideBySide::reached)));
    }
    return out.toString();
  }

  private static String joined(Comparison row, Function<Goal.Outcome, String> part) {
    return row.goals().stream().map(part).collect(Collectors.joining("; "));
  }

  private static String reached(Goal.Outcome outcome) {
    return String.format("%s (%.2fx)", outcome.reached() ? "yes" : "no", outcome.ratio());
  }

  /** An interval over one or two pairs would say nothing. */
  private String interval(Comparison row) {
    return pairs() < 3 ? "" : String.format(" (%.2f-%.2f)", row.ratioLow(), row.ratioHigh());
  }

  private static String latencies(Comparison.Medians medians) {
    return String.format("%.2f / %.1f", medians.p50Micros() / 1e3, medians.p99Micros() / 1e3);
  }

  private static int reportErrors(List<LegReport> legs) {
    long errors =
        legs.stream()
            .flatMap(leg -> leg.results().stream())
            .mapToLong(LoadResult::errorCount)
            .sum();
    if (!legs.stream().allMatch(SideBySide::quiet)) {
      System.out.println(
          "other programs ran meanwhile: quote these figures with that, or not at all");
    }
    if (errors > 0) {
      System.out.println(errors + " operations failed: see the legs' errors before using a figure");
    }
    return errors > 0 ? 1 : 0;
  }

  private NodeCommand command(String product) {
    return switch (product) {
      case "etcd" ->
          NodeCommand.etcd(
              NodeCommand.findEtcd()
                  .orElseThrow(
                      () ->
                          new IllegalStateException(
                              "no etcd on the path: install one or name it in KELSON_ETCD")));
      case "kelson" -> {
        if (!Files.isExecutable(kelson)) {
          throw new IllegalStateException("no launcher at " + kelson + ": name it with --kelson");
        }
        yield NodeCommand.kelson(kelson.toAbsolutePath());
      }
      default -> throw new IllegalArgumentException("neither etcd nor kelson: " + product);
    };
  }

  /** What the server calls itself; a Kelson that must be built first is built here. */
  private static String version(NodeCommand command) throws IOException, InterruptedException {
    List<String> line = List.of(command.prefix().get(0), "--version");
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes()).strip();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException(line + " does not end");
    }
    return command.product() + ": " + output.lines().findFirst().orElse("version unknown");
  }

  private static void requireRealDisk(Path directory) throws IOException {
    String type = Files.getFileStore(directory).type();
    if (type.equals("tmpfs") || type.equals("ramfs")) {
      throw new IllegalStateException(
          directory + " is on " + type + ", where a sync costs nothing: name a disk with --dir");
    }
  }
}
