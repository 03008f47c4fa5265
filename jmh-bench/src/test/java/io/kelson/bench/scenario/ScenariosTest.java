package io.kelson.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScenariosTest {
  private static final ScenarioSizes SIZES = new ScenarioOptions().sizes(true, 256);

  private static final String MEMORY = "memory with 100000 keys of 256 B, three servers";
  private static final String LARGE = "memory with 200000 keys of 256 B, three servers";
  private static final String RESTART =
      "restart with 200000 keys to the first linearizable read, median of 3";

  @Test
  void rowsSayHowLargeTheyReallyAre() {
    assertThat(rows())
        .containsExactly(
            MEMORY,
            LARGE,
            RESTART,
            "failover to the first acknowledged put, p50 of 6 kills",
            "failover to the first acknowledged put, p99 of 6 kills, which is the longest",
            "compaction of 50000 revisions: put p99 meanwhile",
            "snapshot of 100000 keys to a new member: put p99 meanwhile",
            "start on an empty directory to the first put, median of 3");
  }

  @Test
  void fullRunHasTheGoalsSizes() {
    ScenarioSizes full = new ScenarioOptions().sizes(false, 256);
    assertThat(full.keys()).isEqualTo(1_000_000);
    assertThat(full.manyKeys()).isEqualTo(10_000_000);
    assertThat(full.revisions()).isEqualTo(1_000_000);
    assertThat(full.restarts()).as("over pairs").isEqualTo(1);
    assertThat(new SnapshotToNewMember(full).flags()).contains("--snapshot-count=10000");
  }

  @Test
  void newcomerOfSmallRunFindsLogThatWasCutAsWell() {
    // 1000 transactions, and 1000 puts a second for eight seconds and for three.
    assertThat(new SnapshotToNewMember(SIZES).flags()).contains("--snapshot-count=4000");
  }

  @Test
  void scenarioIsRunForOneRowButOnlyThatIsCompared() {
    Scenarios restart = Scenarios.of(SIZES, RESTART::equals);
    assertThat(restart.count()).isEqualTo(1);
    List<ScenarioRun> runs = List.of(run("a", 100, 8, ""), run("b", 40, 1, ""));
    assertThat(restart.compare(runs)).extracting(ScenarioComparison::what).containsExactly(RESTART);
    assertThat(Scenarios.of(SIZES, name -> false).count()).isZero();
    assertThat(Scenarios.of(SIZES, name -> true).count()).isEqualTo(6);
  }

  @Test
  void tableHasRatiosAndGoals() {
    Scenarios large = Scenarios.of(SIZES, name -> name.equals(LARGE) || name.equals(RESTART));
    List<ScenarioRun> runs = List.of(run("a", 100, 8, ""), run("b", 40, 2, ""));
    assertThat(Scenarios.table(large.compare(runs), "etcd", "kelson", 1).lines())
        .contains(
            "| what | a (etcd) | b (kelson) | b/a (95%) | goal | reached |",
            "| " + LARGE + " | 100 MiB | 40 MiB | 0.40 | <= 0.5x | yes, 0.40x |",
            "| " + RESTART + " | 8.00 s | 2.00 s | 0.25 | <= 0.15x | no, 0.25x |");
  }

  @Test
  void intervalTakesThreePairs() {
    Scenarios large = Scenarios.of(SIZES, LARGE::equals);
    List<ScenarioRun> runs = new ArrayList<>();
    for (int pair = 0; pair < 3; pair++) {
      runs.add(run("a", 100, 8, ""));
      runs.add(run("b", 40, 2, ""));
    }
    assertThat(Scenarios.table(large.compare(runs), "etcd", "kelson", 3))
        .contains("| 0.40 (0.40-0.40) |");
  }

  @Test
  void failedRunTakesItsPairOutAndIsSaid() {
    Scenarios large = Scenarios.of(SIZES, LARGE::equals);
    ScenarioRun failed = run("b", 0, 0, "filling failed");
    List<ScenarioRun> alone = List.of(run("a", 100, 8, ""), failed);
    assertThat(large.lines(failed)).contains("FAILED, filling failed");
    assertThat(failed.errorCount()).isEqualTo(1);
    assertThat(Scenarios.table(large.compare(alone), "etcd", "kelson", 1))
        .contains("| " + LARGE + " | 100 MiB | failed |  | <= 0.5x | no, 0.00x |");

    List<ScenarioRun> two = new ArrayList<>(alone);
    two.add(run("a", 100, 8, ""));
    two.add(run("b", 45, 2, ""));
    assertThat(large.compare(two).get(0).ratioMedian()).isEqualTo(0.45);
    assertThat(large.compare(two).get(0).pairs()).isEqualTo(1);
  }

  @Test
  void operationsThatFailedMeanwhileAreErrorsOfTheRun() {
    Reading reading = new Reading(3, 2, Map.of(), List.of(), Map.of("UNAVAILABLE: why", 4L));
    ScenarioRun run = new ScenarioRun(1, "b", "kelson", LARGE, 1, 0, 0, Map.of(LARGE, reading), "");
    assertThat(run.errorCount()).isEqualTo(4);
    assertThat(Scenarios.of(SIZES, LARGE::equals).lines(run)).contains("4 x UNAVAILABLE: why");
  }

  private static List<String> rows() {
    return Scenarios.all(SIZES).stream()
        .flatMap(scenario -> scenario.rows().stream())
        .map(Row::what)
        .toList();
  }

  private static ScenarioRun run(String side, double mebibytes, double seconds, String failure) {
    Map<String, Reading> readings =
        failure.isEmpty()
            ? Map.of(LARGE, Reading.of(mebibytes), RESTART, Reading.of(seconds))
            : Map.of();
    return new ScenarioRun(1, side, side, LARGE, 10, 0, 0, readings, failure);
  }
}
