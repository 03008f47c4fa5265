package io.kelson.server.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.api.Member;
import io.kelson.raft.transport.PeerSecurity;
import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.cluster.Identity;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.membership.Joining;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member that was added dies while it joins, between any two of the files it writes, and is
 * started again. The crash is that the next file is not written.
 */
@Timeout(120)
class JoinCrashTest {
  @TempDir Path temp;
  private LocalCluster cluster;
  private LocalCluster ports;
  private Member added;

  @BeforeEach
  void addAMemberToARunningCluster() throws Exception {
    cluster = new LocalCluster(temp.resolve("old"), 1);
    cluster.startAll();
    cluster.put(0, "kept");
    ports = new LocalCluster(temp.resolve("new"), 1);
    try (Peers peers = new Peers(List.of(cluster.clientUrl(0)))) {
      added = peers.add(List.of(ports.peerUrl(0)), false);
      assertThat(peers.add(List.of(ports.peerUrl(0)), false))
          .as("adding it twice adds it once")
          .isEqualTo(added);
    }
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void withNothingButAnIdentity() throws Exception {
    try (DataDirectory directory = DataDirectory.open(dataDir())) {
      directory.adopt(identity());
    }
    requireJoins();
  }

  @Test
  void withAnIdentityAndHalfOfWhatItWasTold() throws Exception {
    try (DataDirectory directory = DataDirectory.open(dataDir())) {
      directory.adopt(identity());
    }
    Files.write(dataDir().resolve("JOINED.tmp"), new byte[] {1, 2, 3});
    requireJoins();
  }

  @Test
  void withAllItWasToldAndNoLog() throws Exception {
    becomeJoined();
    requireJoins();
  }

  @Test
  void withAnEmptyLogThatIsNotNotedYet() throws Exception {
    becomeJoined();
    try (KelsonServer joined = start()) {
      assertThat(joined.awaitReady(Duration.ofSeconds(60))).isTrue();
    }
    // As it was before its log was noted; the log itself is found, and nothing is begun anew.
    Files.delete(dataDir().resolve("BEGUN"));
    requireJoins();
  }

  @Test
  void wipedAfterItHasRunItIsRefused() throws Exception {
    requireJoins();
    Files.move(dataDir(), temp.resolve("lost"));
    assertThatThrownBy(this::start)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("has run before")
        .hasMessageContaining("kelson repair --data-dir " + dataDir());
  }

  private Path dataDir() {
    return ports.dataDir(0);
  }

  private Identity identity() throws Exception {
    return new Identity(ask().clusterId(), added.getID(), "late", "", "etcd-cluster");
  }

  private Joining.Answer ask() throws Exception {
    return Joining.ask(
        new Joining.Request(
            List.of(cluster.peerUrl(0)), List.of(ports.peerUrl(0)), List.of(), dataDir()),
        PeerSecurity.PLAINTEXT);
  }

  private void becomeJoined() throws Exception {
    try (DataDirectory directory = DataDirectory.open(dataDir())) {
      directory.adopt(identity());
      directory.writeJoined(ask().config().encode());
    }
  }

  private void requireJoins() throws Exception {
    try (KelsonServer joined = start()) {
      assertThat(joined.awaitReady(Duration.ofSeconds(60))).isTrue();
      assertThat(joined.memberId()).isEqualTo(added.getID());
      assertThat(ports.keys(0)).containsExactly("kept");
      assertThat(ports.members(0))
          .extracting(Member::getName)
          .containsExactlyInAnyOrder("m0", "late");
    }
  }

  private KelsonServer start() throws StartFailure {
    Map<String, List<String>> members = new LinkedHashMap<>();
    members.put("m0", List.of(cluster.peerUrl(0)));
    members.put("late", List.of(ports.peerUrl(0)));
    return KelsonServer.builder()
        .config(
            ServerConfig.builder()
                .name("late")
                .dataDir(dataDir())
                .listenClientUrls(List.of(ports.clientUrl(0)))
                .advertiseClientUrls(List.of(ports.clientUrl(0)))
                .listenPeerUrls(List.of(ports.peerUrl(0)))
                .initialAdvertisePeerUrls(List.of(ports.peerUrl(0)))
                .initialCluster(new InitialCluster(members))
                .initialClusterState(ClusterState.EXISTING)
                .build())
        .start();
  }
}
