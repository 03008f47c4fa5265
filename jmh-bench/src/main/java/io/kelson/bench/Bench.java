package io.kelson.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The load driver's command line: one workload against one running cluster, Kelson or etcd.
 *
 * <p>Prints a table for people and one line of JSON for programs. Exit code 0 if every operation
 * succeeded, 1 if some failed, 2 for a wrong command line.
 */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = "Puts a load on a cluster that speaks the etcd v3 API and measures it.",
    subcommands = {Bench.Put.class, Bench.Range.class})
public final class Bench {
  private static final Gson JSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

  private Bench() {}

  /** The entry point. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Bench());
    line.setExecutionExceptionHandler(
        (error, command, parsed) -> {
          command.getErr().println("load: " + error.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(line.execute(args));
  }

  /** What all workloads share. */
  static final class Load {
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
        description = "Server processes on this machine whose CPU time is counted.")
    private List<Long> pids = List.of();

    @Option(
        names = "--seed",
        defaultValue = "1",
        description = "Of keys, values and arrivals (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--json", description = "Print the line of JSON only.")
    private boolean jsonOnly;

    KeySpace keys() {
      return new KeySpace(keySpace, keyBytes);
    }

    int run(Workload<?, ?> workload) throws InterruptedException {
      LoadPlan plan =
          new LoadPlan(
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
      LoadResult result;
      try (LoadDriver<?, ?> driver = LoadDriver.connect(workload, plan)) {
        result = driver.run(pids, ProgressLine.onTerminal());
      }
      if (!jsonOnly) {
        System.out.print(result.table());
      }
      System.out.println(JSON.toJson(result));
      return result.errorCount() == 0 ? 0 : 1;
    }

    private static Duration seconds(double seconds) {
      return Duration.ofMillis(Math.round(seconds * 1_000));
    }
  }

  /** Puts. */
  @Command(
      name = "put",
      mixinStandardHelpOptions = true,
      description = "Puts of distinct values to random keys.")
  static final class Put implements Callable<Integer> {
    @Mixin private Load load;

    @Option(
        names = "--val-size",
        defaultValue = "256",
        description = "Bytes per value (default: ${DEFAULT-VALUE}).")
    private int valueBytes;

    @Option(names = "--sequential", description = "Each key in turn, as to fill the key space.")
    private boolean sequential;

    @Override
    public Integer call() throws InterruptedException {
      return load.run(new PutWorkload(load.keys(), valueBytes, sequential));
    }
  }

  /** Reads. */
  @Command(
      name = "range",
      mixinStandardHelpOptions = true,
      description = "Reads of one random key each; fill the key space before.")
  static final class Range implements Callable<Integer> {
    @Mixin private Load load;

    @Option(
        names = "--consistency",
        defaultValue = "l",
        description = "l: linearizable, s: serializable (default: ${DEFAULT-VALUE}).")
    private Consistency consistency;

    @Override
    public Integer call() throws InterruptedException {
      return load.run(new RangeWorkload(load.keys(), consistency == Consistency.s));
    }
  }

  /** How fresh a read must be, in etcd's letters. */
  enum Consistency {
    l,
    s
  }
}
