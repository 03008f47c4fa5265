package io.kelson.server.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A founder that lost its directory starts while nobody is there who could tell it. It must not
 * help a member elect itself that missed what the two others had acknowledged.
 */
@Timeout(180)
class WipedFounderTest {
  @TempDir Path temp;

  @Test
  void staysSilentUntilSomebodyTellsItAndStopsThen() throws Exception {
    try (LocalCluster cluster = new LocalCluster(temp, 3)) {
      cluster.startAll();
      for (int i = 0; i < 3; i++) {
        assertThat(cluster.dataDir(i).resolve("FOUNDING")).doesNotExist();
      }
      cluster.stop(2);
      cluster.put(0, "acknowledged without m2");
      cluster.stop(0);
      cluster.stop(1);
      Files.move(cluster.dataDir(0), temp.resolve("lost"));

      cluster.start(0);
      assertThat(cluster.dataDir(0).resolve("FOUNDING")).exists();
      KelsonServer behind = cluster.start(2);
      Throwable told = cluster.failures.poll(60, TimeUnit.SECONDS);
      assertThat(told)
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("has run before")
          .hasMessageContaining("kelson repair --data-dir " + cluster.dataDir(0));
      assertThat(behind.status().leader()).as("nobody leads without m1").isZero();

      cluster.stop(0);
      assertThatThrownBy(() -> cluster.start(0))
          .as("that it has run for a moment does not make it a member")
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("has run before");
      cluster.start(1);
      cluster.awaitReady(2);
      assertThat(cluster.keys(2)).containsExactly("acknowledged without m2");
    }
  }
}
