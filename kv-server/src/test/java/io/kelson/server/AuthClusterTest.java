package io.kelson.server;

import static io.kelson.server.AuthFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.kelson.api.AuthStatusRequest;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.MemberRemoveRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.auth.Permission;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users of a cluster of three, whichever member they ask. */
@Timeout(300)
class AuthClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SIZE = 3;

  @TempDir Path temp;
  private final List<KelsonServer> servers = new ArrayList<>();
  private final List<AuthFixture> members = new ArrayList<>();
  private String root;
  private String alice;

  @BeforeEach
  void start() throws Exception {
    List<String> named = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        named.add("m" + i + "=http://127.0.0.1:" + free.getLocalPort());
      }
    }
    InitialCluster all = InitialCluster.parse(String.join(",", named));
    for (int i = 0; i < SIZE; i++) {
      List<String> peerUrls = all.peerUrlsByName().get("m" + i);
      servers.add(
          KelsonServer.builder()
              .config(
                  ServerConfig.builder()
                      .name("m" + i)
                      .dataDir(temp.resolve("m" + i))
                      .listenClientUrls(List.of("http://127.0.0.1:0"))
                      .listenPeerUrls(peerUrls)
                      .initialAdvertisePeerUrls(peerUrls)
                      .initialCluster(all)
                      .build())
              .start());
    }
    for (KelsonServer server : servers) {
      assertThat(server.awaitReady(PATIENCE)).isTrue();
      members.add(new AuthFixture(server));
    }
    root = members.get(0).enable();
    alice = members.get(0).addUserWith(Permission.Type.READWRITE, "alice", "k", "l", root);
  }

  @AfterEach
  void stop() throws Exception {
    for (AuthFixture member : members) {
      member.close();
    }
    servers.forEach(KelsonServer::close);
  }

  @Test
  void aTokenFromOneMemberIsGoodAtAllAtOnce() {
    for (int round = 0; round < 5; round++) {
      String fresh = members.get(round % SIZE).login("alice", "alice");
      for (AuthFixture member : members) {
        put(member, "k/" + round, fresh);
        refused(EtcdError.PERMISSION_DENIED, () -> put(member, "x", fresh));
      }
    }
  }

  @Test
  void aChangeIsInForceEverywhereOnceItIsAcknowledged() {
    for (int round = 0; round < 5; round++) {
      String key = "round/" + round;
      for (AuthFixture member : members) {
        refused(EtcdError.PERMISSION_DENIED, () -> get(member, key, alice));
      }
      members.get(round % SIZE).grant("alice", Permission.Type.READ, key, "", root);
      for (AuthFixture member : members) {
        assertThat(get(member, key, alice)).isEmpty();
      }
    }
  }

  @Test
  void leasesAreRenewedThroughAnyMemberByThoseWhoMay() throws Exception {
    grant(7, alice);
    put(members.get(0), "k/leased", 7, alice);
    grant(8, root);
    put(members.get(0), "x/leased", 8, root);
    for (AuthFixture member : members) {
      assertThat(keepAlive(member, 7, alice)).isEqualTo("9000");
      assertThat(keepAlive(member, 8, alice)).isEqualTo(EtcdError.PERMISSION_DENIED.text());
      assertThat(keepAlive(member, 7, "")).isEqualTo(EtcdError.USER_EMPTY.text());
      assertThat(keys(member, 7, alice)).isEqualTo(1);
      refused(EtcdError.PERMISSION_DENIED, () -> keys(member, 8, alice));
    }
  }

  @Test
  void onlyRootChangesMembersThroughAnyOfThem() {
    MemberRemoveRequest nobody = MemberRemoveRequest.newBuilder().setID(0x7777).build();
    for (AuthFixture member : members) {
      refused(
          EtcdError.PERMISSION_DENIED,
          () ->
              AuthFixture.with(alice, ClusterGrpc.newBlockingStub(member.channel))
                  .memberRemove(nobody));
      refused(
          EtcdError.USER_EMPTY,
          () ->
              AuthFixture.with("", ClusterGrpc.newBlockingStub(member.channel))
                  .memberRemove(nobody));
      refused(
          EtcdError.MEMBER_NOT_FOUND,
          () ->
              AuthFixture.with(root, ClusterGrpc.newBlockingStub(member.channel))
                  .memberRemove(nobody));
    }
  }

  /** Whoever says to be a member that passes a call on must prove it. */
  @Test
  void aTicketCannotBeMadeUp() {
    Metadata forged = new Metadata();
    forged.put(
        Metadata.Key.of("kelson-caller", Metadata.ASCII_STRING_MARSHALLER),
        "cm9vdA." + System.currentTimeMillis() + ".AAAA");
    forged.put(Metadata.Key.of("kelson-forwarded", Metadata.ASCII_STRING_MARSHALLER), "1");
    for (AuthFixture member : members) {
      KVGrpc.KVBlockingStub kv =
          KVGrpc.newBlockingStub(member.channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(forged));
      refused(
          EtcdError.INVALID_AUTH_TOKEN,
          () -> kv.range(RangeRequest.newBuilder().setKey(bytes("x")).build()));
    }
  }

  @Test
  void allMembersCountTheSameChanges() {
    for (AuthFixture member : members) {
      assertThat(
              member.auth("").authStatus(AuthStatusRequest.getDefaultInstance()).getAuthRevision())
          .isEqualTo(7);
    }
  }

  private void grant(long id, String token) {
    AuthFixture.with(token, LeaseGrpc.newBlockingStub(members.get(0).channel))
        .leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(9_000).build());
  }

  private static int keys(AuthFixture member, long lease, String token) {
    return AuthFixture.with(token, LeaseGrpc.newBlockingStub(member.channel))
        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build())
        .getKeysCount();
  }

  /** The time to live, or the error. */
  private static String keepAlive(AuthFixture member, long lease, String token) throws Exception {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    StreamObserver<LeaseKeepAliveRequest> requests =
        AuthFixture.with(token, LeaseGrpc.newStub(member.channel))
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse response) {
                    outcome.complete(Long.toString(response.getTTL()));
                  }

                  @Override
                  public void onError(Throwable problem) {
                    outcome.complete(io.grpc.Status.fromThrowable(problem).getDescription());
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    String answer = outcome.get(60, TimeUnit.SECONDS);
    requests.onError(new RuntimeException("seen enough"));
    return answer;
  }

  private static void put(AuthFixture member, String key, String token) {
    put(member, key, 0, token);
  }

  private static void put(AuthFixture member, String key, long lease, String token) {
    AuthFixture.with(token, KVGrpc.newBlockingStub(member.channel))
        .put(PutRequest.newBuilder().setKey(bytes(key)).setLease(lease).build());
  }

  private static String get(AuthFixture member, String key, String token) {
    return AuthFixture.with(token, KVGrpc.newBlockingStub(member.channel))
        .range(RangeRequest.newBuilder().setKey(bytes(key)).build())
        .getKvsList()
        .toString()
        .replace("[]", "");
  }

  private static void refused(EtcdError error, ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).as("nothing was refused").isNotNull();
    assertThat(AuthFixture.errorOf(thrown)).isEqualTo(error.code() + " " + error.text());
  }
}
