package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.kelson.api.RangeResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three real processes on small disks, one of which fills up: the cluster goes on through the other
 * two, the member says what is wrong and lives, and with room again it catches up by itself.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@LongRun
class FullDiskIT {
  private static final Duration BOUND = Duration.ofSeconds(90);

  /** Room for two segments of the log and a little store. */
  private static final int DISK_MEGABYTES = 192;

  private static final String VALUE = "v".repeat(16 << 10);

  /** More than the first segment of the log, which has 8 MiB, can take. */
  private static final int PUTS = 1_000;

  private final Map<ClusterNode, SmallDisk> disks = new LinkedHashMap<>();
  private final List<String> acked = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void aFollowerWhoseDiskIsFullLivesAndHeals() throws Exception {
    run(false);
  }

  @Test
  void aLeaderWhoseDiskIsFullHandsOverLivesAndHeals() throws Exception {
    run(true);
  }

  private void run(boolean fillLeader) throws Exception {
    NodeCommand command = TestCluster.command();
    Assumptions.assumeTrue(command.product().equals("kelson"), "etcd stops on a full disk");
    Path directory = TestCluster.directory("full-disk");
    ProcessCluster cluster = ProcessCluster.create(command, directory, 3);
    try (cluster) {
      for (ClusterNode node : cluster.nodes()) {
        disks.put(node, SmallDisk.mount(node.spec().dataDir(), DISK_MEGABYTES));
      }
      fillAndFree(cluster, fillLeader);
    } catch (Exception | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    } finally {
      disks.values().forEach(SmallDisk::close);
    }
    cluster.deleteData();
  }

  private void fillAndFree(ProcessCluster cluster, boolean fillLeader) throws Exception {
    Leadership before = cluster.startAll(BOUND);
    ClusterNode victim = fillLeader ? before.node() : other(cluster, before.node());
    disks.get(victim).fill();
    put(cluster, other(cluster, victim), PUTS);

    Await.until("the sick member says so", BOUND, () -> health(victim).contains("NOSPACE"));
    assertThat(health(victim)).startsWith("503").contains("\"health\":\"false\"");
    assertThat(Files.readString(victim.logFile()))
        .contains("disk full: no room for the next segment of the log")
        .contains("bytes free");
    assertThat(cluster.client(victim).status().getErrorsList())
        .anyMatch(error -> error.startsWith("NOSPACE"));
    Leadership during =
        cluster.awaitLeader("a leader with room", BOUND, leader -> !leader.node().equals(victim));
    if (!fillLeader) {
      assertThat(during.term()).as("a follower's disk disturbs nobody").isEqualTo(before.term());
    }
    put(cluster, during.node(), 50);

    disks.get(victim).free();
    Await.until("the member is healthy", BOUND, () -> health(victim).startsWith("200"));
    Await.until("all keys at the member", BOUND, () -> count(cluster, victim) == acked.size());
    assertThat(Files.readString(victim.logFile())).contains("there is room for the log");
    assertThat(cluster.live()).as("nobody ended").hasSize(3);
    assertThat(Files.readString(victim.logFile())).doesNotContain("ERROR");
  }

  private static ClusterNode other(ProcessCluster cluster, ClusterNode than) {
    return cluster.nodes().stream().filter(node -> node != than).findFirst().orElseThrow();
  }

  /** Every key is put until it is acknowledged; putting it twice does no harm. */
  private void put(ProcessCluster cluster, ClusterNode through, int times) {
    for (int i = 0; i < times; i++) {
      String key = "full/%05d".formatted(acked.size());
      Await.until("put of " + key, BOUND, () -> maybePut(cluster, through, key));
      acked.add(key);
    }
  }

  private static boolean maybePut(ProcessCluster cluster, ClusterNode through, String key) {
    try {
      cluster.client(through).put(key, VALUE);
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** How many of the keys this member alone holds. */
  private int count(ProcessCluster cluster, ClusterNode node) {
    int found = 0;
    for (String key : acked) {
      RangeResponse answer = cluster.client(node).get(key, true);
      found += answer.getKvsCount();
    }
    return found;
  }

  /** Status code and body of {@code /health}; empty while there is no answer. */
  private String health(ClusterNode node) {
    URI uri = URI.create("http://127.0.0.1:" + node.spec().clientPort() + "/health");
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return response.statusCode() + " " + response.body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
