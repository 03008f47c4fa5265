package io.kelson.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.workload.Workloads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChaosCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... words) {
    return new ChaosCommand(print(out), print(err)).run(List.of(words));
  }

  private static PrintStream print(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void helpTeachesByExample() {
    assertThat(run("run", "--help")).isZero();
    assertThat(out()).contains("bin/kelson-chaos run --workload", "bin/kelson-chaos campaign");
  }

  @Test
  void listNamesAndDescribesEveryWorkload() {
    assertThat(run("list")).isZero();
    for (String name : Workloads.names()) {
      assertThat(out()).contains(name, Workloads.create(name).describe());
    }
  }

  @Test
  void badUsageIsTwoAndSaysWhatToDo() {
    assertThat(run("rum")).isEqualTo(2);
    assertThat(err()).contains("no command rum", "give run, campaign");
    assertThat(run("run", "fast")).isEqualTo(2);
    assertThat(err()).contains("nothing is known of fast");
    assertThat(run("campaign", "--nemeses", "meteor")).isEqualTo(2);
    assertThat(err()).contains("no nemesis meteor");
    assertThat(run("replay", "/nowhere")).isEqualTo(2);
    assertThat(err()).contains("/nowhere has no result.json");
    assertThat(run()).isEqualTo(2);
  }

  @Test
  void whatCannotTakePlaceIsSkippedNotPassed(@TempDir Path directory) {
    String here = directory.resolve("run").toString();
    assertThat(
            run("run", "--driver", "docker", "--product", "etcd", "--seconds", "1", "--out", here))
        .isEqualTo(3);
    assertThat(out()).startsWith("SKIPPED").contains("there is an image of kelson only");
    assertThat(directory.resolve("run/report.html")).content().contains("SKIPPED");
  }

  @Test
  void aDirectoryThatIsNotEmptyIsRefused(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("mine"), "keep");
    assertThat(run("run", "--out", directory.toString())).isEqualTo(2);
    assertThat(err()).contains(directory + " is not empty");
    assertThat(directory.resolve("mine")).hasContent("keep");
  }

  @Test
  void replayJudgesAKeptHistoryAgain(@TempDir Path directory) throws IOException {
    Evidence evidence = Samples.evidence();
    RunResult result = Samples.result(RunResult.Outcome.PASSED);
    Artefacts artefacts = Artefacts.in(directory);
    artefacts.keep(evidence);
    artefacts.keep(result);

    assertThat(run("replay", directory.toString())).isEqualTo(1);
    assertThat(out()).contains("replay: BROKEN");
    Files.delete(directory.resolve(Artefacts.REPORT));
    assertThat(run("report", directory.toString())).isZero();
    assertThat(directory.resolve(Artefacts.REPORT)).content().contains("<svg");
  }
}
