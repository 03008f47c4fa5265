package io.kelson.bench;

import io.kelson.bench.micro.StoreFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the store against its goals and prints the table of docs/BENCHMARKS.md. */
@Command(
    name = "store-table",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the store against its goals and prints a Markdown table.",
      "Stores are filled at the first use, below jmh-bench/target/micro, and kept."
    })
public final class StoreTable implements Callable<Integer> {
  private static final String PACKAGE = "io.kelson.bench.micro.";

  @Option(
      names = "--small",
      description = "little data and short measurements: to see that it works, not to be quoted")
  private boolean small;

  @Option(
      names = "--keys",
      description = "keys in the store that is read; default ${DEFAULT-VALUE}")
  private int keys = 1_000_000;

  @Option(
      names = "--open-keys",
      description = "keys in the store that is opened; default ${DEFAULT-VALUE}")
  private int openKeys = 10_000_000;

  @Option(names = "--watchers", description = "watchers; default ${DEFAULT-VALUE}")
  private int watchers = 1_000_000;

  private final List<String> rows = new ArrayList<>();

  private StoreTable() {}

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new StoreTable()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (small) {
      keys = 20_000;
      openKeys = 50_000;
      watchers = 20_000;
    }
    StoreFiles.filled(keys);
    StoreFiles.filled(openKeys);
    measure("StoreReadBenchmark.(cachedKey|page|count)$", Map.of("keys", Integer.toString(keys)));
    measure("StorePutBenchmark", Map.of());
    measure("WatchMatchBenchmark", Map.of("watchers", Integer.toString(watchers)));
    Map<String, Long> opened = probe("-Xmx256m", "open", openKeys);
    row("open a store of " + openKeys + " keys", opened.get("openMillis"), 2_000, "ms");
    row("heap with " + openKeys + " keys", opened.get("heapMegabytes"), 256, "MB");
    Map<String, Long> crowd = probe("-Xmx3g", "watchers", watchers);
    row(watchers + " watchers of distinct keys", crowd.get("watcherMegabytes"), 1_024, "MB");
    print();
    return 0;
  }

  /** Runs the benchmarks whose names match: not all of them have a goal. */
  private void measure(String benchmarks, Map<String, String> parameters) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder().include(PACKAGE + benchmarks).detectJvmArgs();
    parameters.forEach(options::param);
    if (small) {
      TimeValue short_ = TimeValue.milliseconds(500);
      options
          .warmupIterations(1)
          .warmupTime(short_)
          .measurementIterations(2)
          .measurementTime(short_);
    }
    Collection<RunResult> results = new Runner(options.build()).run();
    for (RunResult result : results) {
      String name = result.getPrimaryResult().getLabel();
      double micros = result.getPrimaryResult().getScore();
      switch (name) {
        case "cachedKey" -> row("get of a cached key", micros, 3, "us");
        case "page" -> row("10,000 keys of " + keys + ", as bytes", micros / 1_000, 15, "ms");
        case "count" -> row("count of " + keys + " keys", micros / 1_000, 1, "ms");
        case "apply" -> row("put, applied in batches of 64", micros, 8, "us");
        case "matchNobody" ->
            row("event matched against " + watchers + " watchers", micros, 1, "us");
        default -> throw new IllegalStateException("nobody said what " + name + " should reach");
      }
    }
  }

  /** Runs {@link StoreProbe} in a JVM of its own. */
  private static Map<String, Long> probe(String heap, String what, int number)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-cp",
                System.getProperty("java.class.path"),
                StoreProbe.class.getName(),
                what,
                Integer.toString(number))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Map<String, Long> figures = new LinkedHashMap<>();
    try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        String[] words = line.split(" ");
        figures.put(words[0], Long.parseLong(words[1]));
      }
    }
    if (process.waitFor() != 0) {
      throw new IOException("measuring " + what + " failed; see above");
    }
    return figures;
  }

  private void row(String what, double figure, double goal, String unit) {
    rows.add(
        String.format(
            Locale.ROOT,
            "| %s | %.2f %s | %.0f %s | %s |",
            what,
            figure,
            unit,
            goal,
            unit,
            figure <= goal ? "yes" : "no"));
  }

  private void print() {
    System.out.println();
    System.out.println("| what | measured | goal, at most | reached |");
    System.out.println("|---|---|---|---|");
    rows.forEach(System.out::println);
  }
}
