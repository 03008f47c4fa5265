package io.kelson.server.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.transport.ClusterDescription;
import io.kelson.raft.transport.PeerAddress;
import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import io.kelson.server.config.UrlList;
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
      assertThat(isUpToDate(cluster, 0)).isTrue();
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
      assertThat(isUpToDate(cluster, 2))
          .as("a member that has only its own log does not vouch that others are new")
          .isFalse();

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

  private static boolean isUpToDate(LocalCluster cluster, int member) throws Exception {
    var address = UrlList.unresolved(cluster.peerUrl(member));
    byte[] told =
        ClusterDescription.ask(new PeerAddress(address.getHostString(), address.getPort()), 10_000);
    return io.kelson.server.proto.ClusterDescription.parseFrom(told).getUpToDate();
  }
}
