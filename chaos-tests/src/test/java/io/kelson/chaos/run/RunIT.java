package io.kelson.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Runs on three real servers. */
class RunIT {
  private static Path directory(String name) throws IOException {
    Path parent = Files.createDirectories(Path.of("target", "runs").toAbsolutePath());
    return Files.createTempDirectory(parent, name + "-");
  }

  @Test
  void registersWithoutFaultsPass() throws Exception {
    Assumptions.assumeTrue(System.getProperty("chaos.node", "kelson").equals("kelson"));
    Path directory = directory("register");
    RunSpec spec = RunSpec.of("register", "none", 1).withDuration(Duration.ofSeconds(5));
    RunResult result = Runner.onRealServers(line -> {}).run(spec, directory);

    assertThat(result.reasons()).isEmpty();
    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.PASSED);
    assertThat(result.product()).startsWith("kelson");
    assertThat(result.count("ok")).isPositive();
    assertThat(result.count("log-events")).isPositive();
    assertThat(result.verdicts())
        .extracting(verdict -> verdict.checker())
        .contains("replay", "linearizable");
    assertThat(HistoryFile.read(directory.resolve(Artefacts.HISTORY)).finals()).hasSize(3);
    assertThat(directory.resolve(Artefacts.REPORT)).content().contains("PASSED", "<svg");
    // It passed: logs stay, data does not.
    assertThat(directory.resolve("cluster")).isDirectoryContaining("glob:**.log");
    assertThat(directory.resolve("cluster/m1")).doesNotExist();
  }
}
