package io.kelson.bench;

import com.google.gson.ExclusionStrategy;
import com.google.gson.FieldAttributes;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that all workloads of the load driver share. */
final class LoadOptions {
  private static final Gson JSON =
      new GsonBuilder()
          .disableHtmlEscaping()
          .serializeNulls()
          .setExclusionStrategies(new WithoutSlices())
          .create();

  /** Scripts look for fields by name, and each slice has some of them again. */
  private static final class WithoutSlices implements ExclusionStrategy {
    @Override
    public boolean shouldSkipField(FieldAttributes field) {
      return field.getDeclaringClass() == LoadResult.class && field.getName().equals("slices");
    }

    @Override
    public boolean shouldSkipClass(Class<?> type) {
      return false;
    }
  }

  @Option(
      names = "--endpoints",
      split = ",",
      defaultValue = "127.0.0.1:2379",
      description = "The members, host:port,... (default: ${DEFAULT-VALUE}).")
  private List<String> endpoints;

  @Option(
      names = "--clients",
      defaultValue = "1",
      description = "Operations in flight in the closed loop (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--connections",
      defaultValue = "1",
      description = "Connections they share (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--event-loops",
      defaultValue = "1",
      description = "Driver threads (default: ${DEFAULT-VALUE}).")
  private int eventLoops;

  @Option(
      names = "--duration",
      defaultValue = "10",
      description = "Seconds to measure (default: ${DEFAULT-VALUE}).")
  private double durationSeconds;

  @Option(names = "--total", description = "Operations to measure, instead of --duration.")
  private long total;

  @Option(
      names = "--warmup",
      defaultValue = "5",
      description = "Seconds of the same load before measuring (default: ${DEFAULT-VALUE}).")
  private double warmupSeconds;

  @Option(
      names = "--rate",
      description =
          "Operations per second in an open loop; latency counts from the scheduled time.")
  private double ratePerSecond;

  @Option(
      names = "--max-in-flight",
      defaultValue = "20000",
      description = "Open loop: unanswered operations at most (default: ${DEFAULT-VALUE}).")
  private int maxInFlight;

  @Option(
      names = "--key-space",
      defaultValue = "100000",
      description = "Number of different keys (default: ${DEFAULT-VALUE}).")
  private long keySpace;

  @Option(
      names = "--key-size",
      defaultValue = "16",
      description = "Bytes per key (default: ${DEFAULT-VALUE}).")
  private int keyBytes;

  @Option(
      names = "--pids",
      split = ",",
      description = "Server processes on this machine whose CPU time and syncs are counted.")
  private List<Long> pids = List.of();

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of keys, values and arrivals (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--json", description = "Print the line of JSON only.")
  private boolean jsonOnly;

  @Option(
      names = "--svg",
      description = "Draw latencies by percentile and throughput over time into this file.")
  private Path svg;

  KeySpace keys() {
    return new KeySpace(keySpace, keyBytes);
  }

  LoadPlan plan() {
    return new LoadPlan(
        LoadDriver.leaderFirst(endpoints),
        clients,
        connections,
        eventLoops,
        seconds(warmupSeconds),
        seconds(durationSeconds),
        total,
        ratePerSecond,
        maxInFlight,
        seed);
  }

  /** Runs a script's load and prints what came of it; the exit code. */
  int run(Script script) throws InterruptedException {
    try (LoadDriver driver = LoadDriver.connect(script, plan())) {
      return print(driver.run(pids, ProgressLine.onTerminal()), driver.measured());
    }
  }

  List<Long> pids() {
    return pids;
  }

  int connections() {
    return connections;
  }

  /** Prints a result; the exit code. */
  int print(Measured measured) {
    return print(measured.result(), measured.tally());
  }

  /** Prints a result; the exit code. */
  int print(LoadResult result, Tally measured) {
    if (svg != null) {
      write(svg, LoadChart.svg(result, measured));
    }
    if (!jsonOnly) {
      System.out.print(result.table());
    }
    System.out.println(line(result));
    return result.errorCount() == 0 ? 0 : 1;
  }

  /** The line of JSON. */
  static String line(LoadResult result) {
    return JSON.toJson(result);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }
}
