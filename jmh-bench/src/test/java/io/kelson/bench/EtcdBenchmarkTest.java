package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.bench.EtcdBenchmark.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdBenchmarkTest {
  private static final String SUMMARY =
      """
       0 / 1000    0.00%\r 1000 / 1000  100.00% 0s

      Summary:
        Total:\t0.1250 secs.
        Slowest:\t0.0200 secs.
        Fastest:\t0.0010 secs.
        Average:\t0.0070 secs.
        Stddev:\t0.0030 secs.
        Requests/sec:\t8000.5000

      Response time histogram:
        0.0010 [1]\t|
        0.0100 [700]\t|####
        0.0200 [299]\t|##

      Latency distribution:
        50% in 0.0066 secs.
        99% in 0.0195 secs.

      """;

  @Test
  void rateIsReadAndBarsOfTheHistogramAreNoErrors() {
    assertThat(EtcdBenchmark.result("put", 1_000, SUMMARY, 50_000))
        .isEqualTo(new Result("put", 8_000.5, 50, 0));
  }

  @Test
  void errorsOfAllKindsAreAddedUpAndCostIsOfTheRest() {
    String report =
        SUMMARY
            + """

            Error distribution:
              [150]\tetcdserver: too many requests
              [50]\tcontext deadline exceeded
            """;
    assertThat(EtcdBenchmark.result("put", 1_000, report, 80_000))
        .isEqualTo(new Result("put", 8_000.5, 100, 200));
  }

  @Test
  void withoutSummaryAllHaveFailed() {
    assertThat(EtcdBenchmark.result("put", 1_000, "dial tcp: connection refused\n", 80_000))
        .isEqualTo(new Result("put", 0, 0, 1_000));
  }

  @Test
  void firstOnThePathThatIsOfEtcdIsFound(@TempDir Path directory) throws IOException {
    Path other = script(directory.resolve("a"), "echo a benchmark of something else");
    Path etcds = script(directory.resolve("b"), "echo benchmark is a tool for etcd3");
    String path = directory.resolve("none") + ":" + other.getParent() + ":" + etcds.getParent();
    assertThat(EtcdBenchmark.find(null, path)).contains(new EtcdBenchmark(etcds));
    assertThat(EtcdBenchmark.find("", other.getParent().toString())).isEmpty();
    assertThat(EtcdBenchmark.find("named", path)).contains(new EtcdBenchmark(Path.of("named")));
  }

  @Test
  void toolIsToldWhatToDoAndItsReportIsRead(@TempDir Path directory) throws Exception {
    Path tool = script(directory, "echo \"$@\"; echo 'Requests/sec: 12.5'");
    EtcdBenchmark.Target target =
        new EtcdBenchmark.Target(
            List.of("h:1", "h:2"),
            List.of(),
            new KeySpace(100, 8),
            256,
            Duration.ofSeconds(2),
            directory);
    assertThat(new EtcdBenchmark(tool).run(target, ProgressLine.onTerminal()))
        .extracting(Result::requestsPerSecond)
        .containsExactly(12.5, 12.5, 12.5);
    assertThat(directory.resolve("benchmark-put-64-clients.log"))
        .content()
        .startsWith(
            "put --key-size=8 --val-size=256 --key-space-size=100 --endpoints=h:1,h:2"
                + " --conns=8 --clients=64 --total=10000");
    assertThat(directory.resolve("benchmark-range-serializable-64-clients.log"))
        .content()
        .startsWith("range 00000050 --consistency=s ");
  }

  private static Path script(Path directory, String line) throws IOException {
    Path script = Files.createDirectories(directory).resolve("benchmark");
    Files.writeString(script, "#!/bin/sh\n" + line + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }

  @Test
  void tableHasMediansOfFiguresAndOfRatiosWithinPairs() {
    List<List<Result>> a =
        List.of(
            List.of(new Result("put", 100, 10, 0)),
            List.of(new Result("put", 200, 20, 1)),
            List.of(new Result("put", 400, 40, 0)));
    List<List<Result>> b =
        List.of(
            List.of(new Result("put", 200, 5, 0)),
            List.of(new Result("put", 300, 10, 2)),
            List.of(new Result("put", 1_200, 20, 0)));
    assertThat(EtcdBenchmarkTable.of(a, b))
        .contains("| put | 200 | 300 | 2.00 | 20 | 10 | 0.50 | 3 |");
  }

  @Test
  void thereIsNoTableIfNothingWasRun() {
    assertThat(EtcdBenchmarkTable.of(List.of(), List.of())).isEmpty();
    assertThat(EtcdBenchmarkTable.of(List.of(List.of()), List.of(List.of()))).isEmpty();
  }
}
