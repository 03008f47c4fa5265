package io.kelson.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * etcd's own load generator ({@code tools/benchmark} in its repository) as a second driver: written
 * by others, in another language, with etcd's own client.
 *
 * <p>It is not part of etcd's releases, so mostly it is not there.
 *
 * @param program the executable
 */
record EtcdBenchmark(Path program) {
  /** Names the executable. */
  static final String VARIABLE = "KELSON_ETCD_BENCHMARK";

  private static final String NAME = "benchmark";
  private static final int HELP_SECONDS = 5;
  private static final int PUTS_PER_SECOND = 5_000;
  private static final int RANGES_PER_SECOND = 10_000;

  /** It waits for a server that is gone for ever. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.eE+]+)");
  private static final Pattern ERROR = Pattern.compile("(?m)^\\s*\\[([0-9]+)]\\t(?!\\|)");

  /**
   * What one of its loads came to.
   *
   * @param load its name in tables
   * @param requestsPerSecond as the tool has it; 0 if it came to no end
   * @param serverCpuMicrosPerOp of all servers together
   * @param errors how many requests failed
   */
  record Result(String load, double requestsPerSecond, double serverCpuMicrosPerOp, long errors) {}

  /**
   * A cluster to be put under load.
   *
   * @param endpoints its members, the leader first
   * @param pids the servers' processes
   * @param keys what it is filled with
   * @param valueBytes of each put
   * @param duration how long a load takes, roughly: the tool can only be told how many requests
   * @param logs where its output goes
   */
  record Target(
      List<String> endpoints,
      List<Long> pids,
      KeySpace keys,
      int valueBytes,
      Duration duration,
      Path logs) {}

  private record Load(String name, long total, List<String> arguments) {}

  /** The one that is named, else the first on the path that says it is etcd's. */
  static Optional<EtcdBenchmark> find() {
    return find(System.getenv(VARIABLE), System.getenv("PATH"));
  }

  static Optional<EtcdBenchmark> find(String named, String path) {
    if (named != null && !named.isEmpty()) {
      return Optional.of(new EtcdBenchmark(Path.of(named)));
    }
    return List.of(path.split(File.pathSeparator)).stream()
        .map(directory -> Path.of(directory, NAME))
        .filter(Files::isExecutable)
        .filter(EtcdBenchmark::isOfEtcd)
        .findFirst()
        .map(EtcdBenchmark::new);
  }

  /** Others may call their programs by that name. */
  private static boolean isOfEtcd(Path candidate) {
    try {
      Process help =
          new ProcessBuilder(candidate.toString(), "--help").redirectErrorStream(true).start();
      help.getOutputStream().close();
      help.onExit()
          .orTimeout(HELP_SECONDS, TimeUnit.SECONDS)
          .exceptionally(late -> help.destroyForcibly());
      return new String(help.getInputStream().readAllBytes()).contains("etcd");
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs all of its loads, one after the other. */
  List<Result> run(Target target, ProgressLine progress) throws InterruptedException {
    List<Result> results = new ArrayList<>();
    for (Load load : loads(target)) {
      progress.show(load.name());
      results.add(run(load, target));
    }
    return results;
  }

  private static List<Load> loads(Target target) {
    long seconds = Math.max(1, target.duration().toSeconds());
    String key = target.keys().key(target.keys().size() / 2).toStringUtf8();
    return List.of(
        new Load(
            "benchmark put, 64 clients",
            seconds * PUTS_PER_SECOND,
            List.of(
                "put",
                "--key-size=" + target.keys().keyBytes(),
                "--val-size=" + target.valueBytes(),
                "--key-space-size=" + target.keys().size())),
        new Load(
            "benchmark range, linearizable, 64 clients",
            seconds * RANGES_PER_SECOND,
            List.of("range", key, "--consistency=l")),
        new Load(
            "benchmark range, serializable, 64 clients",
            seconds * RANGES_PER_SECOND,
            List.of("range", key, "--consistency=s")));
  }

  private Result run(Load load, Target target) throws InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(program.toString());
    line.addAll(load.arguments());
    line.add("--endpoints=" + String.join(",", target.endpoints()));
    line.add("--conns=8");
    line.add("--clients=64");
    line.add("--total=" + load.total());
    Path out = target.logs().resolve(load.name().replaceAll("[^a-z0-9]+", "-") + ".log");
    try (CostMeter meter = CostMeter.start(target.pids())) {
      Process process =
          new ProcessBuilder(line)
              .redirectOutput(out.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        Duration limit = PATIENCE.plus(target.duration().multipliedBy(10));
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        Cost cost = meter.stop();
        return ended
            ? result(load.name(), load.total(), Files.readString(out), cost.serverCpuMicros())
            : new Result(load.name(), 0, 0, load.total());
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + program + ": " + e.getMessage(), e);
    }
  }

  /**
   * What its report says. It has {@code Requests/sec:} in the summary of what succeeded, and a line
   * with a count in brackets for each kind of error; bars of its histogram look alike but for the
   * number before the bracket.
   *
   * @param total how many requests it was told to make; all have failed if there is no summary
   */
  static Result result(String load, long total, String report, long serverCpuMicros) {
    Matcher rate = RATE.matcher(report);
    if (!rate.find()) {
      return new Result(load, 0, 0, total);
    }
    long errors =
        ERROR.matcher(report).results().mapToLong(line -> Long.parseLong(line.group(1))).sum();
    long succeeded = Math.max(1, total - errors);
    double micros = Math.round(10.0 * serverCpuMicros / succeeded) / 10.0;
    return new Result(load, Double.parseDouble(rate.group(1)), micros, errors);
  }
}
