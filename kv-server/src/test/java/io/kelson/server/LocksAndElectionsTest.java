package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.election.CampaignRequest;
import io.kelson.api.election.CampaignResponse;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.election.LeaderKey;
import io.kelson.api.election.LeaderRequest;
import io.kelson.api.election.LeaderResponse;
import io.kelson.api.election.ProclaimRequest;
import io.kelson.api.election.ResignRequest;
import io.kelson.api.lock.LockGrpc;
import io.kelson.api.lock.LockRequest;
import io.kelson.api.lock.LockResponse;
import io.kelson.api.lock.UnlockRequest;
import io.kelson.api.mvcc.KeyValue;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks and elections of a whole member; what is expected was seen with etcd 3.5.30. */
@Timeout(120)
class LocksAndElectionsTest {
  @TempDir Path temp;
  private KelsonServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server = KelsonServer.builder().dataDir(temp).start();
    assertThat(server.awaitReady(Duration.ofSeconds(60))).isTrue();
    URI url = URI.create(server.clientUrls().get(0));
    channel = NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).usePlaintext().build();
    for (long id : new long[] {7, 8, 9, -10}) {
      LeaseGrpc.newBlockingStub(channel)
          .leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build());
    }
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow().awaitTermination(60, TimeUnit.SECONDS);
    server.close();
  }

  @Test
  void aLockIsTheOldestKeyAndAskingAgainFindsIt() {
    LockResponse first = locks().lock(lock("L", 7));
    assertThat(first.getKey()).isEqualTo(bytes("L/7"));
    assertThat(first.getHeader().getRevision()).isEqualTo(2);
    assertThat(locks().lock(lock("L", 7)).getHeader().getRevision()).isEqualTo(2);
    assertThat(locks().lock(lock("M", -10)).getKey()).isEqualTo(bytes("M/-a"));
    KeyValue held = find("L/7").getKvs(0);
    assertThat(held.getLease()).isEqualTo(7);
    assertThat(held.getValue().isEmpty()).isTrue();
  }

  @Test
  void whoeverBringsNoLeaseGetsOneOfAMinute() {
    ByteString key = locks().lock(lock("M", 0)).getKey();
    long lease = find(key.toStringUtf8()).getKvs(0).getLease();
    assertThat(key).isEqualTo(bytes("M/" + Long.toHexString(lease)));
    var left =
        LeaseGrpc.newBlockingStub(channel)
            .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build());
    assertThat(left.getGrantedTTL()).isEqualTo(60);
  }

  @Test
  void locksAreHandedOnInTheOrderTheyWereAskedFor() throws Exception {
    LockResponse first = locks().lock(lock("L", 7));
    ListenableFuture<LockResponse> second = LockGrpc.newFutureStub(channel).lock(lock("L", 8));
    awaitKey("L/8");
    ListenableFuture<LockResponse> third = LockGrpc.newFutureStub(channel).lock(lock("L", 9));
    awaitKey("L/9");
    assertThat(second).isNotDone();
    unlock(first.getKey());
    LockResponse now = second.get();
    assertThat(now.getKey()).isEqualTo(bytes("L/8"));
    assertThat(third).isNotDone();
    // An end of the lease ends the lock.
    revoke(8);
    assertThat(third.get().getHeader().getRevision()).isGreaterThan(now.getHeader().getRevision());
  }

  @Test
  void whoeverGivesUpWaitingLeavesTheQueue() throws Exception {
    locks().lock(lock("L", 7));
    ListenableFuture<LockResponse> second = LockGrpc.newFutureStub(channel).lock(lock("L", 8));
    awaitKey("L/8");
    second.cancel(true);
    awaitNoKey("L/8");
    assertThat(find("L/7").getKvsCount()).isEqualTo(1);
  }

  @Test
  void aLeaseThatEndsWhileWaitingIsAnExpiredSession() throws Exception {
    LockResponse first = locks().lock(lock("L", 7));
    ListenableFuture<LockResponse> second = LockGrpc.newFutureStub(channel).lock(lock("L", 8));
    awaitKey("L/8");
    revoke(8);
    unlock(first.getKey());
    assertThatThrownBy(second::get).hasMessageContaining("mutex: session is expired");
  }

  @Test
  void refusalsOfLocks() {
    assertUnknown("etcdserver: requested lease not found", () -> locks().lock(lock("L", 999)));
    assertUnknown("etcdserver: key is not provided", () -> unlock(ByteString.EMPTY));
    unlock(bytes("nothing"));
    assertThat(find("L/3e7").getKvsCount()).isZero();
  }

  @Test
  void aCampaignIsWonByTheOldestAndLostByResigning() throws Exception {
    CampaignResponse first = elections().campaign(campaign("E", 7, "v1"));
    assertThat(first.getLeader())
        .isEqualTo(
            LeaderKey.newBuilder()
                .setName(bytes("E"))
                .setKey(bytes("E/7"))
                .setRev(2)
                .setLease(7)
                .build());
    assertThat(first.getHeader().getRevision()).isEqualTo(2);
    CampaignResponse again = elections().campaign(campaign("E", 7, "v2"));
    assertThat(again.getLeader()).isEqualTo(first.getLeader());
    assertThat(leader("E").getKv().getValue()).isEqualTo(bytes("v2"));
    assertThat(leader("E").getKv().getVersion()).isEqualTo(2);
    ListenableFuture<CampaignResponse> second =
        ElectionGrpc.newFutureStub(channel).campaign(campaign("E", 8, "w"));
    awaitKey("E/8");
    assertThat(second).isNotDone();
    LeaderKey stale = first.getLeader().toBuilder().setRev(1).build();
    elections().resign(ResignRequest.newBuilder().setLeader(stale).build());
    assertThat(find("E/7").getKvsCount()).isEqualTo(1);
    assertUnknown("election: not leader", () -> proclaim(stale, "x"));
    proclaim(first.getLeader(), "v3");
    assertThat(leader("E").getKv().getValue()).isEqualTo(bytes("v3"));
    elections().resign(ResignRequest.newBuilder().setLeader(first.getLeader()).build());
    assertThat(second.get().getLeader().getKey()).isEqualTo(bytes("E/8"));
    assertThat(leader("E").getKv().getValue()).isEqualTo(bytes("w"));
  }

  @Test
  void refusalsOfElections() {
    assertUnknown("election: no leader", () -> leader("E"));
    assertUnknown(
        "etcdserver: requested lease not found",
        () -> elections().campaign(campaign("E", 999, "v")));
    assertUnknown(
        "\"leader\" field must be provided",
        () -> elections().proclaim(ProclaimRequest.getDefaultInstance()));
    assertUnknown(
        "\"leader\" field must be provided",
        () -> elections().resign(ResignRequest.getDefaultInstance()));
  }

  @Test
  void anObserverSeesEveryLeaderAndWhatItSays() {
    Iterator<LeaderResponse> seen =
        ElectionGrpc.newBlockingStub(channel)
            .observe(LeaderRequest.newBuilder().setName(bytes("E")).build());
    LeaderKey first = elections().campaign(campaign("E", 7, "a")).getLeader();
    assertThat(seen.next().getKv().getValue()).isEqualTo(bytes("a"));
    proclaim(first, "b");
    LeaderResponse said = seen.next();
    assertThat(said.getKv().getValue()).isEqualTo(bytes("b"));
    assertThat(said.getHeader().getRevision()).isEqualTo(said.getKv().getModRevision());
    revoke(7);
    elections().campaign(campaign("E", 8, "c"));
    assertThat(seen.next().getKv().getKey()).isEqualTo(bytes("E/8"));
  }

  private LockGrpc.LockBlockingStub locks() {
    return LockGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private ElectionGrpc.ElectionBlockingStub elections() {
    return ElectionGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static LockRequest lock(String name, long lease) {
    return LockRequest.newBuilder().setName(bytes(name)).setLease(lease).build();
  }

  private void unlock(ByteString key) {
    locks().unlock(UnlockRequest.newBuilder().setKey(key).build());
  }

  private static CampaignRequest campaign(String name, long lease, String value) {
    return CampaignRequest.newBuilder()
        .setName(bytes(name))
        .setLease(lease)
        .setValue(bytes(value))
        .build();
  }

  private void proclaim(LeaderKey leader, String value) {
    elections()
        .proclaim(ProclaimRequest.newBuilder().setLeader(leader).setValue(bytes(value)).build());
  }

  private LeaderResponse leader(String name) {
    return elections().leader(LeaderRequest.newBuilder().setName(bytes(name)).build());
  }

  private void revoke(long lease) {
    LeaseGrpc.newBlockingStub(channel)
        .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
  }

  private RangeResponse find(String key) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .range(RangeRequest.newBuilder().setKey(bytes(key)).build());
  }

  private void awaitKey(String key) {
    while (find(key).getKvsCount() == 0) {
      Thread.onSpinWait();
    }
  }

  private void awaitNoKey(String key) {
    while (find(key).getKvsCount() > 0) {
      Thread.onSpinWait();
    }
  }

  private static void assertUnknown(String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(text);
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
            });
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
