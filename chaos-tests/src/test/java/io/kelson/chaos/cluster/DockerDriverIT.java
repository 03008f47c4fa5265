package io.kelson.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.kelson.chaos.Await;
import io.kelson.chaos.LongRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Containers: cut off, killed, paused. Without an engine or the image it is skipped. */
@LongRun
class DockerDriverIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path directory;

  private static DockerDriver cluster(Path directory) {
    try {
      return DockerDriver.create(directory, DockerDriver.DEFAULT_IMAGE, 3, List.of(), 7);
    } catch (IllegalStateException e) {
      return abort(e.getMessage());
    }
  }

  private static int otherLeader(DockerDriver cluster, int than) {
    return Await.value(
        "another leader than member " + than,
        BOUND,
        () -> cluster.leader().filter(leader -> leader != than));
  }

  @Test
  void membersAreCutOffKilledAndPaused() {
    try (DockerDriver cluster = cluster(directory)) {
      cluster.startAll(BOUND);
      int first = cluster.leader().orElseThrow();
      int witness = (first + 1) % 3;

      cluster.link(first, witness, LinkRule.BLOCKED);
      cluster.link(first, (first + 2) % 3, LinkRule.BLOCKED);
      long passed = cluster.passed(first, witness);
      long back = cluster.passed(witness, first);
      Await.until("the others to elect", BOUND, () -> cluster.term() > 1);
      assertThat(cluster.passed(first, witness)).isEqualTo(passed);
      assertThat(cluster.passed(witness, first)).as("one way only").isGreaterThan(back);
      cluster.openLinks();
      cluster.awaitHealthy(BOUND);
      assertThat(cluster.passed(first, witness)).isGreaterThan(passed);

      int second = cluster.leader().orElseThrow();
      long pid = cluster.pid(second).orElseThrow();
      cluster.kill(second);
      assertThat(cluster.isRunning(second)).isFalse();
      assertThat(cluster.endedByItself(second)).isFalse();
      int third = otherLeader(cluster, second);
      cluster.start(second);
      cluster.awaitHealthy(BOUND);
      assertThat(cluster.pid(second).orElseThrow()).isNotEqualTo(pid);

      cluster.pause(third);
      assertThat(cluster.state(third)).isEqualTo('T');
      cluster.resume(third);
      cluster.awaitHealthy(BOUND);
      assertThat(cluster.log(third)).isNotEmptyFile();
      assertThat(cluster.dataDir(third)).isDirectory();
    }
  }
}
