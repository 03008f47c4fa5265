package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How one server behaves as a process: signals, exit codes, and what it refuses to start on. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class NodeLifecycleIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private NodeCommand command;
  private ProcessCluster cluster;
  private ClusterNode node;

  @BeforeEach
  void createOneMember() {
    command = TestCluster.command();
    cluster = ProcessCluster.create(command, TestCluster.directory("lifecycle"), 1);
    node = cluster.nodes().get(0);
  }

  @AfterEach
  void end() {
    if (cluster != null) {
      cluster.close();
      cluster.deleteData();
    }
  }

  @Test
  void terminatedNodeExitsCleanlyAndFindsItsDataAgain() {
    cluster.startAll(BOUND);
    long revision = cluster.client(node).put("key", "value").getHeader().getRevision();

    assertThat(node.stop()).as("exit code after SIGTERM").isEqualTo(command.exitCodeAfterTerm());

    cluster.startAll(BOUND);
    StoredKey key = StoredKey.of(cluster.client(node).get("key", false).getKvs(0));
    assertThat(key).isEqualTo(new StoredKey("key", "value", revision, revision, 1));
    assertThat(cluster.client(node).put("key", "next").getHeader().getRevision())
        .isEqualTo(revision + 1);
  }

  @Test
  void pausedNodeAnswersAgainAfterIt() {
    cluster.startAll(BOUND);
    node.pause();
    assertThat(cluster.maybeStatus(node)).as("a stopped process cannot answer").isEmpty();
    node.resume();
    cluster.awaitReady(BOUND);
    assertThat(cluster.client(node).put("key", "value").getHeader().getRevision()).isPositive();
  }

  @Test
  void secondProcessOnTheSameDataDirectoryIsRefused() throws IOException {
    assumeTrue(
        command.refusesSharedDataDir(),
        command.product() + " waits for the first process instead of refusing the second");
    cluster.startAll(BOUND);
    cluster.client(node).put("key", "value");

    ProcessCluster intruders =
        ProcessCluster.create(command, TestCluster.directory("lifecycle-second"), 1);
    try (intruders) {
      ClusterNode intruder = intruders.nodes().get(0).sharing(node.spec().dataDir());
      try {
        intruder.start();
        assertThat(intruder.awaitExit(BOUND)).as("exit code").isNotZero();
      } finally {
        if (intruder.alive()) {
          intruder.kill9();
        }
      }
      assertThat(Files.readString(intruder.logFile()))
          .as("the message names the directory")
          .contains(node.spec().dataDir().toString());
    }

    assertThat(cluster.client(node).get("key", false).getCount())
        .as("the first process is not disturbed")
        .isEqualTo(1);
  }

  @Test
  void clientPortInUseEndsTheStart() throws IOException {
    startOnTakenPort(node.spec().clientPort());
  }

  @Test
  void peerPortInUseEndsTheStart() throws IOException {
    startOnTakenPort(node.spec().peerPort());
  }

  private void startOnTakenPort(int port) throws IOException {
    try (ServerSocket owner = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      node.start();
      assertThat(node.awaitExit(BOUND)).as("exit code").isNotZero();
      assertThat(Files.readString(node.logFile()))
          .as("the message names the port")
          .contains(Integer.toString(owner.getLocalPort()));
    }
    Path log = node.logFile();
    cluster.startAll(BOUND);
    assertThat(cluster.client(node).put("key", "value").getHeader().getRevision())
        .as("with the port free again it starts, see " + log)
        .isPositive();
  }
}
