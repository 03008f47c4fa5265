package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.api.EtcdError;
import io.kelson.api.RangeResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two of three members dead: nothing is promised that cannot be kept, and nothing is lost. */
@LongRun
class QuorumLossIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  /** What a server may say about a request that found no majority in time. */
  private static final Set<EtcdError> NO_MAJORITY =
      EnumSet.of(
          EtcdError.TIMEOUT,
          EtcdError.TIMEOUT_LEADER_FAILURE,
          EtcdError.TIMEOUT_CONNECTION_LOST,
          EtcdError.NO_LEADER,
          EtcdError.LEADER_CHANGED);

  @ParameterizedTest(name = "the survivor is the leader: {0}")
  @ValueSource(booleans = {true, false})
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void writesAndLinearizableReadsFailAndSerializableReadsAnswer(boolean survivorLeads) {
    ProcessCluster cluster =
        ProcessCluster.create(TestCluster.command(), TestCluster.directory("quorum-loss"), 3);
    try (cluster) {
      ClusterNode leader = cluster.startAll(BOUND).node();
      cluster.client(leader).put("before", "kept");
      ClusterNode survivor = survivor(cluster, leader, survivorLeads);
      awaitHeld(cluster, survivor);
      List<ClusterNode> victims = cluster.nodes().stream().filter(n -> n != survivor).toList();
      victims.forEach(ClusterNode::kill9);

      verifyWithoutMajority(cluster, survivor);

      victims.forEach(ClusterNode::start);
      cluster.awaitReady(BOUND);
      verifyRecovered(cluster);
    } catch (RuntimeException | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    }
    cluster.deleteData();
  }

  private static ClusterNode survivor(
      ProcessCluster cluster, ClusterNode leader, boolean survivorLeads) {
    return cluster.nodes().stream()
        .filter(node -> (node == leader) == survivorLeads)
        .findFirst()
        .orElseThrow();
  }

  private static void awaitHeld(ProcessCluster cluster, ClusterNode node) {
    Await.until(
        node.name() + " holds what was put",
        BOUND,
        () -> cluster.client(node).get("before", true).getCount() == 1);
  }

  private static void verifyWithoutMajority(ProcessCluster cluster, ClusterNode survivor) {
    // Were the server not to give up by itself, the error would be the client's own deadline.
    Duration patience = cluster.timing().requestTimeout().plusSeconds(10);
    try (MemberClient client = new MemberClient(survivor.spec(), patience)) {
      assertNoMajority(
          catchThrowableOfType(StatusRuntimeException.class, () -> client.put("during", "maybe")));
      assertNoMajority(
          catchThrowableOfType(StatusRuntimeException.class, () -> client.get("before", false)));
      RangeResponse alone = client.get("before", true);
      assertThat(alone.getKvsList()).hasSize(1);
      assertThat(alone.getKvs(0).getValue().toStringUtf8()).isEqualTo("kept");
    }
  }

  private static void assertNoMajority(StatusRuntimeException error) {
    assertThat(error).as("a request that needs a majority must fail").isNotNull();
    assertThat(error.getStatus().getDescription())
        .isIn(NO_MAJORITY.stream().map(EtcdError::text).collect(Collectors.toSet()));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  /** The put that failed may have been done or not; everything else is as it was. */
  private static void verifyRecovered(ProcessCluster cluster) {
    for (ClusterNode node : cluster.nodes()) {
      MemberClient client = cluster.client(node);
      assertThat(client.get("before", false).getKvs(0).getValue().toStringUtf8()).isEqualTo("kept");
      RangeResponse during = client.get("during", false);
      assertThat(during.getKvsList().stream().map(kv -> kv.getValue().toStringUtf8()))
          .isSubsetOf("maybe");
      client.put("after-" + node.name(), "done");
      assertThat(client.get("after-" + node.name(), false).getCount()).isEqualTo(1);
    }
  }
}
