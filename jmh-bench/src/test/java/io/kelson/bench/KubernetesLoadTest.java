package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesLoadTest {
  @Test
  void everythingIsAskedAndEveryWriteReachesEveryWatcher(@TempDir Path directory) throws Exception {
    try (TestNode node = TestNode.start(directory)) {
      KubernetesMix mix = new KubernetesMix(20, 64, 50);
      LoadResult result =
          new KubernetesLoad(mix, 3, node.plan(4, 1_000), Duration.ofSeconds(30))
              .run(List.of(ProcessHandle.current().pid()), ProgressLine.onTerminal())
              .result();
      assertThat(result.errors()).isEmpty();
      assertThat(result.operations()).isEqualTo(1_000);
      assertThat(result.notes())
          .containsKeys(
              KubernetesMix.LISTS,
              KubernetesMix.READS,
              KubernetesMix.UPDATES,
              KubernetesMix.EVENTS,
              KubernetesMix.COMPACTIONS)
          .containsEntry("watch events", 3 * mix.written());
    }
  }
}
