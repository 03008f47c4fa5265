package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.CompactionRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.HashKVRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberPromoteRequest;
import io.kelson.api.TxnRequest;
import io.kelson.api.lock.LockGrpc;
import io.kelson.api.lock.LockRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real process serves as a learner, and that it serves everything once it is promoted. */
class LearnerIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  @Test
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  void aLearnerServesLittleUntilItIsPromoted() {
    ProcessCluster cluster =
        ProcessCluster.create(TestCluster.command(), TestCluster.directory("learner"), 1);
    try (cluster) {
      ClusterNode voter = cluster.startAll(BOUND).node();
      long revision = cluster.client(voter).put("k", "v").getHeader().getRevision();
      ClusterNode learner = cluster.newcomer(voter.name() + "=" + voter.spec().peerUrl());
      long id = add(cluster.client(voter), learner);
      learner.start();
      cluster.awaitReady(BOUND);
      MemberClient member = cluster.client(learner);
      Await.until(
          "the learner at revision " + revision,
          BOUND,
          () -> member.get("k", true).getHeader().getRevision() >= revision);
      assertThat(member.get("k", true).getKvs(0).getValue().toStringUtf8()).isEqualTo("v");
      assertThat(member.status().getIsLearner()).isTrue();
      assertThat(cluster.client(voter).status().getIsLearner()).isFalse();
      assertRefusals(member);
      promote(cluster.client(voter), id);
      Await.until("a voter that knows it", BOUND, () -> !member.status().getIsLearner());
      assertThat(member.put("k", "w").getHeader().getRevision()).isEqualTo(revision + 1);
      assertThat(member.get("k", false).getKvs(0).getValue().toStringUtf8()).isEqualTo("w");
      assertThat(new LeaseClient(member).keepAlive(77).getTTL()).isZero();
    } catch (RuntimeException | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    }
    cluster.deleteData();
  }

  private static void assertRefusals(MemberClient member) {
    var channel = member.channel();
    var kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    assertRefused(() -> member.get("k", false));
    assertRefused(() -> member.put("k", "x"));
    assertRefused(() -> kv.txn(TxnRequest.getDefaultInstance()));
    assertRefused(() -> kv.compact(CompactionRequest.newBuilder().setRevision(1).build()));
    assertRefused(() -> new LeaseClient(member).grant(0, 100));
    assertRefused(() -> new LeaseClient(member).leases());
    assertRefused(() -> new LeaseClient(member).keepAlive(77));
    assertRefused(() -> cluster(member).memberList(MemberListRequest.getDefaultInstance()));
    assertRefused(
        () ->
            MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .hashKV(HashKVRequest.getDefaultInstance()));
    assertRefused(
        () ->
            LockGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .lock(LockRequest.newBuilder().setName(MemberClient.bytes("l")).build()));
    assertRefused(
        () ->
            HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance()));
  }

  private static void assertRefused(ThrowingCallable call) {
    StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call);
    EtcdError expected = EtcdError.NOT_SUPPORTED_FOR_LEARNER;
    assertThat(refusal).isNotNull();
    assertThat(refusal.getStatus().getDescription()).isEqualTo(expected.text());
    // etcd before 3.6 says the same with another code.
    if (TestCluster.command().product().equals("kelson")) {
      assertThat(refusal.getStatus().getCode()).isEqualTo(expected.status().getCode());
    }
  }

  private static ClusterGrpc.ClusterBlockingStub cluster(MemberClient member) {
    return ClusterGrpc.newBlockingStub(member.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static long add(MemberClient voter, ClusterNode learner) {
    return cluster(voter)
        .memberAdd(
            MemberAddRequest.newBuilder()
                .addPeerURLs(learner.spec().peerUrl())
                .setIsLearner(true)
                .build())
        .getMember()
        .getID();
  }

  /** Asks again until it is in sync. */
  private static void promote(MemberClient voter, long id) {
    Await.until(
        "the promotion",
        BOUND,
        () -> {
          try {
            cluster(voter).memberPromote(MemberPromoteRequest.newBuilder().setID(id).build());
            return true;
          } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getDescription())
                .isEqualTo(EtcdError.LEARNER_NOT_READY.text());
            return false;
          }
        });
  }
}
