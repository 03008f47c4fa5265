package io.kelson.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CampaignTest {
  private static final RunSpec PATTERN = RunSpec.of("register", "none", 5);

  @Test
  void runsWithoutAClusterAreSkippedOnceEachAndShown(@TempDir Path directory) throws Exception {
    List<String> lines = new ArrayList<>();
    Runner nowhere =
        new Runner(
            (spec, path, needs) -> {
              throw new UnavailableException("no cluster in this test");
            },
            line -> {});
    CampaignResult result =
        new Campaign(nowhere, PATTERN, directory, lines::add)
            .run(List.of("register", "txn"), List.of("none"), Duration.ofMinutes(5));

    assertThat(result.runs()).extracting(CampaignResult.Run::workload).hasSize(2);
    assertThat(result.count(RunResult.Outcome.SKIPPED)).isEqualTo(2);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(lines).hasSize(2).allMatch(line -> line.contains("no cluster in this test"));
    String page = Files.readString(directory.resolve(Campaign.INDEX));
    for (CampaignResult.Run run : result.runs()) {
      assertThat(page).contains(run.directory() + "/report.html");
      assertThat(directory.resolve(run.directory()).resolve(Artefacts.REPORT)).exists();
    }
    assertThat(kept(directory)).isEqualTo(result);
  }

  private static CampaignResult kept(Path directory) throws IOException {
    String json = Files.readString(directory.resolve(Campaign.RESULT));
    return Json.compact().fromJson(json, CampaignResult.class);
  }

  @Test
  void theSeedGivesTheOrder(@TempDir Path one, @TempDir Path other) throws Exception {
    assertThat(order(one, 7)).isEqualTo(order(other, 7));
  }

  private static List<String> order(Path directory, long seed) throws Exception {
    Runner nowhere =
        new Runner(
            (spec, path, needs) -> {
              throw new UnavailableException("no cluster in this test");
            },
            line -> {});
    RunSpec pattern = PATTERN.with("register", "none", seed);
    return new Campaign(nowhere, pattern, directory, line -> {})
            .run(
                List.of("register", "txn", "bank", "set", "counter"),
                List.of("none"),
                Duration.ofMinutes(5))
            .runs()
            .stream()
            .map(CampaignResult.Run::directory)
            .toList();
  }

  @Test
  void totalsAddUpAndOneViolationFailsTheCampaign() {
    CampaignResult result =
        CampaignResult.of(
            PATTERN,
            List.of(
                Samples.result(RunResult.Outcome.PASSED),
                Samples.result(RunResult.Outcome.FAILED)));
    assertThat(result.totals())
        .containsEntry("operations", 6L)
        .containsEntry("runs", 2L)
        .containsEntry("runs-failed", 1L);
    assertThat(result.faultsByKind()).containsEntry("kill-leader", 2L);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(Lines.of(result)).contains("violations: 1", "kill-leader 2");
  }
}
