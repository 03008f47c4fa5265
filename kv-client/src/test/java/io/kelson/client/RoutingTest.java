package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.kelson.api.EtcdError;
import io.kelson.api.Member;
import io.kelson.api.MemberListResponse;
import io.kelson.api.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where requests go, what they carry and who sees them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RoutingTest {
  private static final Bytes KEY = Bytes.utf8("k");

  private FakeMember first;
  private FakeMember second;

  @BeforeEach
  void startMembers() throws Exception {
    first = new FakeMember();
    second = new FakeMember();
  }

  @AfterEach
  void stopMembers() {
    first.close();
    second.close();
  }

  private KelsonClientBuilder builder() {
    return KelsonClient.builder()
        .endpoints(first.endpoint(), second.endpoint())
        .inOrder(true)
        .requestTimeout(Duration.ofSeconds(30));
  }

  @Test
  void writesFindTheLeaderAndReadsStay() {
    first.status = first.status.toBuilder().setLeader(77).build();
    try (KelsonClient client = builder().writesToLeader(true).build()) {
      while (second.puts.get() == 0) {
        client.put(KEY, KEY);
      }
      client.range(RangeOp.key(KEY));
      assertThat(first.ranges).hasValue(1);
      assertThat(second.ranges).hasValue(0);
    }
  }

  @Test
  void aLeaderThatFailsIsNotAskedAgain() {
    first.status = first.status.toBuilder().setLeader(77).build();
    try (KelsonClient client = builder().writesToLeader(true).build()) {
      while (second.puts.get() == 0) {
        client.put(KEY, KEY);
      }
      second.onPut = FakeMember.refuse(EtcdError.NO_LEADER.status());
      int before = first.puts.get();
      client.put(KEY, KEY);
      assertThat(first.puts).hasValue(before + 1);
    }
  }

  @Test
  void theTokenIsFetchedOnceAndRenewedWhenRefused() {
    try (KelsonClient client = builder().credentials("ann", "secret").build()) {
      client.put(KEY, KEY);
      client.put(KEY, KEY);
      AtomicInteger refusals = new AtomicInteger();
      first.onPut =
          reply -> {
            if (refusals.getAndIncrement() == 0) {
              reply.onError(EtcdError.INVALID_AUTH_TOKEN.status().asRuntimeException());
            } else {
              FakeMember.accept(reply);
            }
          };
      client.put(KEY, KEY);
    }
    assertThat(first.tokens).containsExactly("ann.1", "ann.1", "ann.1", "ann.2");
    assertThat(second.tokens).isEmpty();
  }

  @Test
  void aWatchRefusedForItsTokenBeginsAgainWithANewOne() throws Exception {
    String reason = "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token";
    WatchResponse refusal =
        WatchResponse.newBuilder()
            .setHeader(FakeMember.header(2))
            .setCreated(true)
            .setCanceled(true)
            .setWatchId(-1)
            .setCancelReason(reason)
            .build();
    try (KelsonClient client = builder().credentials("ann", "secret").build()) {
      Watcher watcher = client.watch(WatchOptions.builder(KEY).build(), batch -> {});
      first.streams.take().replies().onNext(refusal);
      FakeMember.OpenStream stream = first.streams.take();
      stream
          .replies()
          .onNext(
              WatchResponse.newBuilder().setHeader(FakeMember.header(2)).setCreated(true).build());
      assertThat(watcher.created().get(30, TimeUnit.SECONDS).revision()).isEqualTo(2);
      assertThat(first.tokens).containsExactly("ann.1", "ann.2");

      Watcher hopeless = client.watch(WatchOptions.builder(KEY).build(), batch -> {});
      stream.replies().onNext(refusal);
      first.streams.take().replies().onNext(refusal);
      assertThat(catchThrowable(() -> hopeless.closed().get(30, TimeUnit.SECONDS)))
          .cause()
          .isInstanceOf(WatchCanceledException.class)
          .hasMessage(reason);
      assertThat(watcher.closed()).isNotDone();
    }
  }

  @Test
  void aUserWhomNoTokenHelpsIsRefusedInTheEnd() {
    first.onPut = FakeMember.refuse(EtcdError.AUTH_OLD_REVISION.status());
    try (KelsonClient client = builder().credentials("ann", "secret").build()) {
      EtcdException failure = catchThrowableOfType(EtcdException.class, () -> client.put(KEY, KEY));
      assertThat(failure).isNotInstanceOf(OutcomeUnknownException.class);
      assertThat(failure.text()).isEqualTo("etcdserver: revision of auth store is old");
    }
    assertThat(first.puts).hasValue(3);
  }

  @Test
  void aFixedTokenIsShownAndNeverRenewed() {
    first.onPut = FakeMember.refuse(EtcdError.INVALID_AUTH_TOKEN.status());
    try (KelsonClient client = builder().token("made.elsewhere").build()) {
      EtcdException failure = catchThrowableOfType(EtcdException.class, () -> client.put(KEY, KEY));
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    assertThat(first.tokens).containsExactly("made.elsewhere");
    assertThat(first.authentications).hasValue(0);
  }

  @Test
  void theMembersOwnListReplacesTheEndpoints() {
    first.members =
        MemberListResponse.newBuilder()
            .addMembers(member("a", second.endpoint(), false))
            .addMembers(member("", "127.0.0.1:1", false))
            .addMembers(member("l", "127.0.0.1:2", true))
            .build();
    try (KelsonClient client = builder().build()) {
      assertThat(client.refreshEndpoints()).containsExactly("http://" + second.endpoint());
      client.put(KEY, KEY);
    }
    assertThat(first.puts).hasValue(0);
    assertThat(second.puts).hasValue(1);
  }

  private static Member member(String name, String endpoint, boolean learner) {
    return Member.newBuilder()
        .setName(name)
        .addClientURLs("http://" + endpoint)
        .setIsLearner(learner)
        .build();
  }

  @Test
  void anInterceptorSeesEachRequestOnceAndCannotBreakIt() {
    List<String> seen = new ArrayList<>();
    CallInterceptor recorder =
        new CallInterceptor() {
          @Override
          public void before(Call call) {
            seen.add("before " + call.method() + " " + call.writes());
            throw new IllegalStateException("broken on purpose");
          }

          @Override
          public void after(Call call, Throwable failure, Duration took) {
            seen.add("after " + call.method() + " " + (failure == null ? "well" : "failed"));
          }
        };
    first.onPut = FakeMember.refuse(EtcdError.NO_LEADER.status());
    second.onPut = FakeMember.refuse(EtcdError.NO_SPACE.status());
    try (KelsonClient client = builder().interceptor(recorder).build()) {
      assertThat(catchThrowableOfType(EtcdException.class, () -> client.put(KEY, KEY))).isNotNull();
      assertThat(seen)
          .containsExactly("before etcdserverpb.KV/Put true", "after etcdserverpb.KV/Put failed");
    }
  }

  @Test
  void aPolicyMayForbidASecondAttempt() {
    first.onRange = FakeMember.refuse(Status.UNAVAILABLE.withDescription("no"));
    try (KelsonClient client = builder().retryPolicy(RetryPolicy.NEVER).build()) {
      EtcdException failure =
          catchThrowableOfType(EtcdException.class, () -> client.range(RangeOp.key(KEY)));
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
    assertThat(second.ranges).hasValue(0);
  }

  @Test
  void waitsDoubleToTheirLimit() {
    Backoff backoff = new Backoff(new RetryPolicy(Duration.ofMillis(10), Duration.ofMillis(50), 9));
    assertThat(backoff.beforeAttemptMillis(0, 3)).isZero();
    assertThat(backoff.beforeAttemptMillis(2, 3)).isZero();
    assertThat(backoff.beforeAttemptMillis(3, 3)).isBetween(10L, 11L);
    assertThat(backoff.beforeAttemptMillis(6, 3)).isBetween(20L, 22L);
    assertThat(backoff.beforeAttemptMillis(9, 3)).isBetween(40L, 44L);
    assertThat(backoff.beforeAttemptMillis(300, 3)).isBetween(50L, 55L);
    assertThat(backoff.mayAttempt(8)).isTrue();
    assertThat(backoff.mayAttempt(9)).isFalse();
  }
}
