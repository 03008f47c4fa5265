package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.kelson.api.EtcdError;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which requests go on to another endpoint, and which must not. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FailOverTest {
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

  private static KelsonClient client(String... endpoints) {
    return KelsonClient.builder()
        .endpoints(endpoints)
        .inOrder(true)
        .requestTimeout(Duration.ofSeconds(30))
        .build();
  }

  private KelsonClient client() {
    return client(first.endpoint(), second.endpoint());
  }

  /** A port where nobody listens. */
  private static String nobody() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  private static Status etcd(EtcdError error) {
    return error.status();
  }

  @Test
  void aWriteThatWasRefusedAConnectionGoesOnToTheNextEndpoint() throws Exception {
    try (KelsonClient client = client(nobody(), second.endpoint())) {
      assertThat(client.put(KEY, KEY).header().revision()).isEqualTo(2);
    }
    assertThat(second.puts).hasValue(1);
  }

  @Test
  void aWriteWhoseServerDiesBeforeAnsweringIsUnknownAndNotRepeated() {
    first.onPut = reply -> first.crash();
    try (KelsonClient client = client()) {
      OutcomeUnknownException failure =
          catchThrowableOfType(OutcomeUnknownException.class, () -> client.put(KEY, KEY));
      assertThat(failure).isNotNull();
      assertThat(second.puts).hasValue(0);

      assertThat(client.put(KEY, KEY).header().revision()).isEqualTo(2);
      assertThat(second.puts).as("the next write goes elsewhere").hasValue(1);
    }
    assertThat(first.puts).hasValue(1);
  }

  @Test
  void aWriteThatTimesOutInTheServerIsUnknown() {
    first.onPut = FakeMember.refuse(etcd(EtcdError.TIMEOUT));
    try (KelsonClient client = client()) {
      OutcomeUnknownException failure =
          catchThrowableOfType(OutcomeUnknownException.class, () -> client.put(KEY, KEY));
      assertThat(failure.text()).isEqualTo("etcdserver: request timed out");
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
    assertThat(second.puts).hasValue(0);
  }

  @Test
  void aWriteRefusedForWantOfALeaderGoesOn() {
    first.onPut = FakeMember.refuse(etcd(EtcdError.NO_LEADER));
    try (KelsonClient client = client()) {
      assertThat(client.put(KEY, KEY).header().revision()).isEqualTo(2);
    }
    assertThat(second.puts).hasValue(1);
  }

  @Test
  void aRefusalIsFinal() {
    first.onPut = FakeMember.refuse(etcd(EtcdError.LEASE_NOT_FOUND));
    try (KelsonClient client = client()) {
      EtcdException failure = catchThrowableOfType(EtcdException.class, () -> client.put(KEY, KEY));
      assertThat(failure).isNotInstanceOf(OutcomeUnknownException.class);
      assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND);
      assertThat(failure.text()).isEqualTo("etcdserver: requested lease not found");
    }
    assertThat(second.puts).hasValue(0);
  }

  @Test
  void aReadGoesOnWhenItsServerDies() {
    first.onRange = reply -> first.crash();
    try (KelsonClient client = client()) {
      assertThat(client.range(RangeOp.key(KEY)).header().revision()).isEqualTo(2);
    }
    assertThat(second.ranges).hasValue(1);
  }

  @Test
  void aReadGoesOnAfterALeaderChange() {
    first.onRange = FakeMember.refuse(etcd(EtcdError.LEADER_CHANGED));
    try (KelsonClient client = client()) {
      assertThat(client.range(RangeOp.key(KEY)).header().revision()).isEqualTo(2);
    }
    assertThat(first.ranges).hasValue(1);
    assertThat(second.ranges).hasValue(1);
  }

  @Test
  void compactionAndFutureHaveTheirOwnTypes() {
    try (KelsonClient client = client()) {
      first.onRange = FakeMember.refuse(etcd(EtcdError.COMPACTED));
      assertThat(
              catchThrowableOfType(CompactedException.class, () -> client.range(RangeOp.key(KEY))))
          .isNotNull();
      first.onRange = FakeMember.refuse(etcd(EtcdError.FUTURE_REVISION));
      assertThat(
              catchThrowableOfType(
                  FutureRevisionException.class, () -> client.range(RangeOp.key(KEY))))
          .isNotNull();
    }
  }

  @Test
  void aWriteThatReachedNobodyFailsWithoutDoubt() throws Exception {
    try (KelsonClient client =
        KelsonClient.builder().endpoints(nobody()).requestTimeout(Duration.ofMillis(300)).build()) {
      EtcdException failure = catchThrowableOfType(EtcdException.class, () -> client.put(KEY, KEY));
      assertThat(failure).isNotInstanceOf(OutcomeUnknownException.class);
      assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void aWriteUnansweredUntilTheDeadlineIsUnknown() {
    first.onPut = reply -> {};
    try (KelsonClient client =
        KelsonClient.builder()
            .endpoints(first.endpoint())
            .requestTimeout(Duration.ofMillis(500))
            .build()) {
      client.range(RangeOp.key(KEY));
      assertThat(catchThrowableOfType(OutcomeUnknownException.class, () -> client.put(KEY, KEY)))
          .isNotNull();
    }
  }

  @Test
  void aServerThatComesBackIsFoundAgain() throws Exception {
    String endpoint = first.endpoint();
    try (KelsonClient client = client(endpoint)) {
      client.put(KEY, KEY);
      first.crash();
      CompletableFuture<RangeResult> waiting = client.rangeAsync(RangeOp.key(KEY));
      int port = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
      try (FakeMember back = new FakeMember(port)) {
        assertThat(waiting.get(30, TimeUnit.SECONDS).header().revision()).isEqualTo(2);
        assertThat(back.ranges).hasValue(1);
      }
    }
  }

  @Test
  void closingFailsWhatIsUnderWay() {
    first.onPut = reply -> {};
    KelsonClient client = client(first.endpoint());
    client.range(RangeOp.key(KEY));
    CompletableFuture<PutResult> waiting = client.putAsync(PutOp.of(KEY, KEY));
    client.close();
    CompletionException failure = catchThrowableOfType(CompletionException.class, waiting::join);
    assertThat(failure).cause().isInstanceOf(EtcdException.class);
    assertThat(catchThrowableOfType(IllegalStateException.class, () -> client.put(KEY, KEY)))
        .hasMessageContaining("closed");
  }

  @Test
  void endpointsAreRead() {
    for (String good :
        List.of("h:1", "http://h:1", "http://h:1/", "[::1]:2379", " h:1 ", "https://h:1")) {
      assertThat(Address.parse(good).port()).isPositive();
    }
    for (String bad : List.of("", "h", "h:", ":1", "h:x", "h:70000", "https://h")) {
      assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> Address.parse(bad)))
          .as(bad)
          .isNotNull();
    }
  }
}
