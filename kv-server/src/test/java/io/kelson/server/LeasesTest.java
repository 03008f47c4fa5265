package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.LeaseLeasesRequest;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseStatus;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.LeaseTimeToLiveResponse;
import io.kelson.api.PutRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases of a whole member, through its client port. */
class LeasesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temp;
  private KelsonServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server = KelsonServer.builder().dataDir(temp).start();
    assertThat(server.awaitReady(PATIENCE)).isTrue();
    URI url = URI.create(server.clientUrls().get(0));
    channel = NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow().awaitTermination(60, TimeUnit.SECONDS);
    server.close();
  }

  @Test
  void grantsRaiseShortLivesAndRefuseWhatEtcdRefuses() {
    LeaseGrantResponse chosen = grant(0, 1);
    assertThat(chosen.getID()).isPositive();
    assertThat(chosen.getTTL()).isEqualTo(2);
    assertThat(chosen.getHeader().getRevision()).isEqualTo(1);
    assertThat(grant(-5, -1).getTTL()).isEqualTo(2);
    assertThat(grant(7, 9_000_000_000L).getTTL()).isEqualTo(9_000_000_000L);
    assertError(EtcdError.LEASE_TTL_TOO_LARGE, () -> grant(7, 9_000_000_001L));
    assertError(EtcdError.LEASE_EXISTS, () -> grant(7, 60));
    assertError(EtcdError.LEASE_NOT_FOUND, () -> put("a", 8));
    assertError(EtcdError.LEASE_NOT_FOUND, () -> revoke(8));
  }

  @Test
  void timeToLiveTellsWhatIsLeftAndTheKeys() {
    grant(7, 1_000);
    put("b", 7);
    put("a", 7);
    LeaseTimeToLiveResponse with = timeToLive(7, true);
    assertThat(with.getGrantedTTL()).isEqualTo(1_000);
    assertThat(with.getTTL()).isBetween(0L, 1_000L);
    assertThat(with.getKeysList()).containsExactly(bytes("a"), bytes("b"));
    assertThat(with.getHeader().getRevision()).isEqualTo(3);
    assertThat(timeToLive(7, false).getKeysList()).isEmpty();
    LeaseTimeToLiveResponse unknown = timeToLive(9, true);
    assertThat(unknown.getTTL()).isEqualTo(-1);
    assertThat(unknown.getGrantedTTL()).isZero();
    assertThat(unknown.getID()).isEqualTo(9);
  }

  @Test
  void leasesAreListedByWhenTheyEnd() {
    grant(1, 300);
    grant(2, 100);
    grant(3, 200);
    assertThat(leases()).containsExactly(2L, 3L, 1L);
    assertThat(revoke(3).getHeader().getRevision()).isEqualTo(1);
    assertThat(leases()).containsExactly(2L, 1L);
  }

  @Test
  void aStreamIsAnsweredInOrderHoweverManyWait() throws Exception {
    grant(7, 50);
    Recorder<LeaseKeepAliveResponse> answers = new Recorder<>();
    StreamObserver<LeaseKeepAliveRequest> asked =
        LeaseGrpc.newStub(channel).leaseKeepAlive(answers);
    int count = 2_000;
    for (int i = 0; i < count; i++) {
      // Every third one is of a lease that exists.
      asked.onNext(LeaseKeepAliveRequest.newBuilder().setID(i % 3 == 0 ? 7 : 1_000 + i).build());
    }
    asked.onCompleted();
    for (int i = 0; i < count; i++) {
      LeaseKeepAliveResponse answer = answers.next();
      assertThat(answer.getID()).isEqualTo(i % 3 == 0 ? 7 : 1_000 + i);
      assertThat(answer.getTTL()).isEqualTo(i % 3 == 0 ? 50 : 0);
      assertThat(answer.getHeader().getMemberId()).isEqualTo(server.memberId());
    }
    assertThat(answers.next()).as("the end of the stream").isNull();
  }

  @Test
  void keysGoWithTheirLeaseAndWatchersSeeIt() throws Exception {
    Recorder<WatchResponse> events = new Recorder<>();
    StreamObserver<WatchRequest> watch = WatchGrpc.newStub(channel).watch(events);
    watch.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(bytes("a"))
                    .setRangeEnd(bytes("z"))
                    .setPrevKv(true))
            .build());
    assertThat(events.next().getCreated()).isTrue();
    grant(7, 1);
    put("b", 7);
    put("a", 7);
    assertThat(events.next().getEvents(0).getKv().getLease()).isEqualTo(7);
    assertThat(events.next().getEvents(0).getKv().getLease()).isEqualTo(7);
    WatchResponse expired = events.next();
    assertThat(expired.getEventsList())
        .extracting(Event::getType)
        .containsExactly(Event.EventType.DELETE, Event.EventType.DELETE);
    assertThat(expired.getEvents(0).getKv().getKey()).isEqualTo(bytes("a"));
    assertThat(expired.getEvents(0).getPrevKv().getLease()).isEqualTo(7);
    assertThat(expired.getHeader().getRevision()).isEqualTo(4);
    assertThat(leases()).isEmpty();
    assertThat(timeToLive(7, true).getTTL()).isEqualTo(-1);
  }

  @Test
  void aRestartKeepsLeasesAndTheirKeys() throws Exception {
    grant(7, 1_000);
    put("a", 7);
    stop();
    start();
    LeaseTimeToLiveResponse found = timeToLive(7, true);
    assertThat(found.getGrantedTTL()).isEqualTo(1_000);
    assertThat(found.getTTL()).isPositive();
    assertThat(found.getKeysList()).containsExactly(bytes("a"));
    assertThat(revoke(7).getHeader().getRevision()).isEqualTo(3);
  }

  private LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private LeaseGrantResponse grant(long id, long ttl) {
    return lease().leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
  }

  private io.kelson.api.LeaseRevokeResponse revoke(long id) {
    return lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
  }

  private LeaseTimeToLiveResponse timeToLive(long id, boolean keys) {
    return lease()
        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build());
  }

  private List<Long> leases() {
    return lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList().stream()
        .map(LeaseStatus::getID)
        .toList();
  }

  private void put(String key, long lease) {
    KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .put(PutRequest.newBuilder().setKey(bytes(key)).setLease(lease).build());
  }

  private static void assertError(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(error.text());
              assertThat(e.getStatus().getCode()).isEqualTo(error.code());
            });
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** Keeps what a stream brings until it is asked for. */
  private static final class Recorder<T> implements StreamObserver<T> {
    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private static final Object END = "end";

    @Override
    public void onNext(T value) {
      heard.add(value);
    }

    @Override
    public void onError(Throwable problem) {
      heard.add(problem);
    }

    @Override
    public void onCompleted() {
      heard.add(END);
    }

    /** The next message, null at the end. */
    @SuppressWarnings("unchecked")
    T next() throws Exception {
      Object next = heard.poll(60, TimeUnit.SECONDS);
      if (next instanceof Throwable problem) {
        throw new AssertionError("the stream failed", problem);
      }
      assertThat(next).as("something within a minute").isNotNull();
      return next == END ? null : (T) next;
    }
  }
}
