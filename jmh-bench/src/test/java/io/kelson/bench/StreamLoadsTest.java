package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads of streams against a real store: everything that must come is counted exactly. */
class StreamLoadsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<Long> OWN = List.of(ProcessHandle.current().pid());

  @TempDir static Path directory;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = TestNode.start(directory);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void onePutReachesEveryWatcherOfItsKey() throws InterruptedException {
    LoadResult result = watch(1, 50, node.plan(1, 40)).result();
    assertThat(result.errors()).isEmpty();
    assertThat(result.operations()).isEqualTo(40 * 50);
    assertThat(result.notes()).containsEntry("puts", 40L).containsEntry("watchers", 50L);
    assertThat(result.p50Micros()).isPositive();
  }

  @Test
  void eachKeyHasWatcherOfItsOwn() throws InterruptedException {
    Measured measured = watch(30, 30, node.plan(8, 200));
    assertThat(measured.result().errors()).isEmpty();
    assertThat(measured.result().operations()).isEqualTo(200);
    assertThat(Arrays.stream(measured.tally().perBucket()).sum())
        .as("every event has its place in the course over time")
        .isEqualTo(200);
  }

  @Test
  void warmUpIsNotCounted() throws InterruptedException {
    LoadPlan plan =
        new LoadPlan(
            List.of(node.endpoint()),
            1,
            1,
            1,
            Duration.ofMillis(200),
            Duration.ZERO,
            10,
            0,
            100,
            1);
    LoadResult result = watch(2, 4, plan).result();
    assertThat(result.errors()).isEmpty();
    assertThat(result.operations()).isEqualTo(20);
  }

  @Test
  void keepAlivesAreSharedOutOverStreamsAndLeasesRevoked() throws InterruptedException {
    LoadResult result =
        new LeaseLoad(21, 60, 4, node.plan(7, 500), PATIENCE)
            .keepAlive(OWN, ProgressLine.onTerminal())
            .result();
    assertThat(result.errors()).isEmpty();
    assertThat(result.operations()).isEqualTo(500);
    assertThat(result.notes()).containsEntry("leases", 21L).containsEntry("streams", 4L);
  }

  @Test
  void leasesLeftAloneAreGoneAfterTheirTime() throws InterruptedException {
    LoadResult result =
        new LeaseLoad(40, 2, 3, node.plan(4, 1), PATIENCE)
            .expire(OWN, ProgressLine.onTerminal())
            .result();
    assertThat(result.errors()).isEmpty();
    assertThat(result.operations()).isEqualTo(40);
  }

  @Test
  void whatCannotBeRunIsRefused() {
    assertThatThrownBy(() -> watch(3, 10, node.plan(1, 1))).hasMessageContaining("evenly by 3");
    assertThatThrownBy(() -> new LeaseLoad(0, 1, 1, node.plan(1, 1), PATIENCE))
        .hasMessageContaining("positive");
  }

  private static Measured watch(int keys, int watchers, LoadPlan plan) throws InterruptedException {
    return new WatchLoad("watch", WatchLoad.keys(keys), watchers, 3, 32, plan, PATIENCE)
        .run(OWN, ProgressLine.onTerminal());
  }
}
