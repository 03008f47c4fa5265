package io.kelson.bench.scenario;

import io.kelson.bench.Bystanders;
import io.kelson.bench.ProgressLine;
import io.kelson.bench.Turn;
import io.kelson.chaos.ClusterTiming;
import io.kelson.chaos.ProcessCluster;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What one side's turn at one scenario came to; its components are fields of the JSON result.
 *
 * @param scenario the first of its rows
 * @param seconds the whole turn, with filling and settling
 * @param stolenPercent of all CPU time, what the machine's host gave to others
 * @param foreignPercent of it, what went to processes other than the servers and the driver
 * @param readings by row, as they stand in the table; none if it failed
 * @param failure why it could not be done, else empty
 */
public record ScenarioRun(
    int pair,
    String side,
    String product,
    String scenario,
    double seconds,
    double stolenPercent,
    double foreignPercent,
    Map<String, Reading> readings,
    String failure) {
  private static final int MOST_VOTERS = 3;

  /** The loopback ports of three members and one more. */
  static List<Integer> ports(int basePort) {
    return IntStream.range(basePort, basePort + 2 * (MOST_VOTERS + 1)).boxed().toList();
  }

  /**
   * Makes a fresh cluster, puts it through the scenario, and deletes its data; its logs stay. A
   * scenario that cannot be done costs its own figures and not those of a whole run.
   */
  static ScenarioRun of(
      Scenario scenario, Turn turn, Path home, int basePort, ProgressLine progress)
      throws InterruptedException {
    String name = scenario.rows().get(0).what();
    Path directory = home.resolve(turn.path() + "-" + name.replaceAll("[^A-Za-z0-9]+", "-"));
    List<Integer> ports = ports(basePort);
    ProcessCluster cluster =
        ProcessCluster.create(
            turn.command(),
            directory.toAbsolutePath(),
            ClusterTiming.DEFAULT,
            ports.subList(0, 2 * scenario.members()),
            scenario.flags());
    Stage stage = new Stage(cluster, ports.subList(2 * MOST_VOTERS, 2 * MOST_VOTERS + 2), progress);
    Bystanders bystanders = Bystanders.watch();
    long startNanos = System.nanoTime();
    Map<String, Reading> readings = Map.of();
    String failure = "";
    try (cluster) {
      progress.show(turn.name() + ": " + name);
      readings = byRow(scenario.rows(), scenario.run(stage));
    } catch (RuntimeException e) {
      failure = e.getMessage() + "; logs in " + directory;
    } finally {
      progress.clear();
      cluster.deleteData();
    }
    // All servers have ended: what they used counts among this JVM's children.
    Bystanders.Shares shares = bystanders.since(List.of());
    return new ScenarioRun(
        turn.pair(),
        turn.side(),
        turn.command().product(),
        name,
        Math.round((System.nanoTime() - startNanos) / 1e8) / 10.0,
        shares.stolenPercent(),
        shares.foreignPercent(),
        readings,
        failure);
  }

  private static Map<String, Reading> byRow(List<Row> rows, List<Reading> readings) {
    Map<String, Reading> named = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      named.put(rows.get(i).what(), readings.get(i));
    }
    return named;
  }

  /** Whether its figures are for quoting. */
  public boolean quiet() {
    return new Bystanders.Shares(stolenPercent, foreignPercent).quiet();
  }

  /** Operations that failed while something was measured; a failed run counts as one. */
  public long errorCount() {
    long operations =
        readings.values().stream()
            .flatMap(reading -> reading.errors().values().stream())
            .mapToLong(Long::longValue)
            .sum();
    return operations + (failure.isEmpty() ? 0 : 1);
  }
}
