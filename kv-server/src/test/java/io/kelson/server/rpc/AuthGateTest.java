package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.AuthEnabling;
import io.kelson.server.proto.AuthNewUser;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in by a member that may not have heard the last word about authentication. */
class AuthGateTest {
  /** One that waits for nothing itself: only the gate can make it wait. */
  private static final RangeRequest SERIALIZABLE =
      TestBed.rangeRequest("key00000", "").setSerializable(true).build();

  /** After a user was added and granted a role. */
  private static final long AUTH_REVISION = 3;

  @TempDir Path temp;
  private ServedStore served;

  @BeforeEach
  void start() throws Exception {
    served = new ServedStore(temp.resolve("store"));
    served.fill(1, i -> new byte[] {1});
    apply(
        InternalRequest.newBuilder()
            .setAuthUserAdd(AuthNewUser.newBuilder().setName("root").setNoPassword(true)));
    apply(
        InternalRequest.newBuilder()
            .setAuthUserGrantRole(
                AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root")));
    enable();
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  @Test
  void aStrangerIsTurnedAway() {
    assertThatThrownBy(() -> served.kv.range(SERIALIZABLE))
        .isInstanceOf(StatusRuntimeException.class)
        .extracting(refused -> ((StatusRuntimeException) refused).getStatus().getDescription())
        .isEqualTo(EtcdError.USER_EMPTY.status().getDescription());
  }

  @Test
  void aStrangerIsLetInWhereTheNewsThatItIsOffComesLate() throws Exception {
    CompletableFuture<Void> waits = served.node.fallBehind();
    CompletableFuture<RangeResponse> answer = range();
    waits.get(60, TimeUnit.SECONDS);
    assertThat(answer).isNotDone();
    disable();
    served.node.catchUp();
    assertThat(answer.get(60, TimeUnit.SECONDS).getCount()).isEqualTo(1);
  }

  @Test
  void aStrangerIsStillTurnedAwayWhereThereWereNoNews() throws Exception {
    CompletableFuture<Void> waits = served.node.fallBehind();
    CompletableFuture<RangeResponse> answer = range();
    waits.get(60, TimeUnit.SECONDS);
    served.node.catchUp();
    assertThatThrownBy(() -> answer.get(60, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(StatusRuntimeException.class)
        .rootCause()
        .extracting(refused -> Status.fromThrowable(refused).getDescription())
        .isEqualTo(EtcdError.USER_EMPTY.status().getDescription());
  }

  @Test
  void nobodyWaitsWhileAuthenticationIsOff() {
    disable();
    served.node.fallBehind();
    assertThat(served.kv.range(SERIALIZABLE).getCount()).isEqualTo(1);
    assertThat(served.node.waiting()).isZero();
  }

  private void enable() {
    apply(
        InternalRequest.newBuilder()
            .setAuthEnable(
                AuthEnabling.newBuilder().setTicketKey(ByteString.copyFrom(new byte[32]))));
  }

  private void disable() {
    apply(
        InternalRequest.newBuilder()
            .setAuthUser("root")
            .setAuthRevision(AUTH_REVISION)
            .setAuthDisable(AuthDisableRequest.getDefaultInstance()));
  }

  private void apply(InternalRequest.Builder request) {
    served.node.apply(request.build().toByteArray());
  }

  private CompletableFuture<RangeResponse> range() {
    CompletableFuture<RangeResponse> answer = new CompletableFuture<>();
    served.async.range(
        SERIALIZABLE,
        new StreamObserver<>() {
          @Override
          public void onNext(RangeResponse response) {
            answer.complete(response);
          }

          @Override
          public void onError(Throwable refused) {
            answer.completeExceptionally(refused);
          }

          @Override
          public void onCompleted() {}
        });
    return answer;
  }
}
