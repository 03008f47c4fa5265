package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.MemberAddRequest;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.config.ClusterSettings;
import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.config.ServerConfigBuilder;
import io.kelson.server.repair.LocalCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that goes on alone because the others are lost. */
class ForcedClusterTest {
  @TempDir Path directory;

  private static void force(ServerConfigBuilder settings) {
    settings.cluster(ClusterSettings.DEFAULT.forcedAlone());
  }

  @Test
  void oneOfThreeGoesOnWithWhatItHas() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 3)) {
      cluster.startAll();
      cluster.put(0, "before");
      long clusterId = cluster.members(0).get(0).getID();
      assertThat(cluster.keys(1)).containsExactly("before");
      cluster.stop(0);
      cluster.stop(2);
      cluster.stop(1);
      cluster.start(1, ForcedClusterTest::force);
      cluster.awaitReady(1);
      assertThat(cluster.keys(1)).containsExactly("before");
      assertThat(cluster.members(1))
          .singleElement()
          .satisfies(m -> assertThat(m.getName()).isEqualTo("m1"));
      cluster.put(1, "alone");

      // A supervisor starts it the same way again, when others have been added since.
      cluster.stop(1);
      cluster.start(1, ForcedClusterTest::force);
      cluster.awaitReady(1);
      deleteTree(cluster.dataDir(2));
      cluster.ask(
          1,
          channel ->
              ClusterGrpc.newBlockingStub(channel)
                  .memberAdd(
                      MemberAddRequest.newBuilder().addPeerURLs(cluster.peerUrl(2)).build()));
      cluster.start(
          2,
          s ->
              s.initialClusterState(ClusterState.EXISTING)
                  .initialCluster(
                      io.kelson.server.config.InitialCluster.parse(
                          "m1=" + cluster.peerUrl(1) + ",m2=" + cluster.peerUrl(2))));
      cluster.awaitReady(2);
      cluster.stop(1);
      cluster.start(1, ForcedClusterTest::force);
      cluster.awaitReady(1);
      assertThat(cluster.members(1)).hasSize(2);
      assertThat(cluster.keys(2)).containsExactly("alone", "before");

      // One of the old ones comes back, and is told.
      cluster.start(0);
      assertThat(cluster.removed.poll(60, TimeUnit.SECONDS)).isZero();
      assertThatThrownBy(() -> cluster.start(0))
          .hasMessageContaining("was removed from its cluster");
      assertThat(cluster.failures).isEmpty();
      assertThat(clusterId).isNotZero();
    }
  }

  /**
   * The last put reached this member's log and nobody else's: somebody may have been told it
   * counts.
   */
  @Test
  void whatWasNotKnownToBeCommittedIsKept() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 3)) {
      List<KelsonServer> servers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        servers.add(cluster.start(i));
      }
      for (int i = 0; i < 3; i++) {
        cluster.awaitReady(i);
      }
      int leader =
          IntStream.range(0, 3)
              .filter(i -> servers.get(i).status().isLeader())
              .findFirst()
              .orElseThrow();
      AtomicInteger acknowledged = new AtomicInteger();
      Thread writer = new Thread(() -> putUntilRefused(cluster, leader, acknowledged));
      writer.start();
      cluster.stop((leader + 1) % 3);
      cluster.stop((leader + 2) % 3);
      writer.join();
      RaftStatus status = servers.get(leader).status();
      assertThat(status.lastIndex()).isGreaterThan(status.commitIndex());
      cluster.stop(leader);
      cluster.start(leader, ForcedClusterTest::force);
      cluster.awaitReady(leader);
      List<String> expected =
          IntStream.rangeClosed(0, acknowledged.get()).mapToObj("%06d"::formatted).toList();
      assertThat(cluster.keys(leader)).isEqualTo(expected);
    }
  }

  private static void putUntilRefused(
      LocalCluster cluster, int member, AtomicInteger acknowledged) {
    try {
      while (true) {
        cluster.put(member, "%06d".formatted(acknowledged.get()));
        acknowledged.incrementAndGet();
      }
    } catch (StatusRuntimeException expected) {
      // The others are gone.
    }
  }

  @Test
  void aMemberWhoseOthersRunIsNotForced() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 3)) {
      cluster.startAll();
      cluster.stop(0);
      assertThatThrownBy(() -> cluster.start(0, ForcedClusterTest::force))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("another member of it answers at");
      cluster.start(0);
      cluster.awaitReady(0);
      assertThat(cluster.members(0)).hasSize(3);
    }
  }

  @Test
  void anEmptyDirectoryIsNotForced() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 1)) {
      assertThatThrownBy(() -> cluster.start(0, ForcedClusterTest::force))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("holds nothing");
    }
  }

  @Test
  void theOnlyMemberStaysTheOnlyMember() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 1)) {
      cluster.startAll();
      cluster.put(0, "a");
      cluster.stop(0);
      cluster.start(0, ForcedClusterTest::force);
      cluster.awaitReady(0);
      assertThat(cluster.keys(0)).containsExactly("a");
      cluster.stop(0);
      cluster.start(0);
      assertThat(cluster.dataDir(0).resolve("FORCED")).doesNotExist();
    }
  }

  private static void deleteTree(Path path) throws Exception {
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
