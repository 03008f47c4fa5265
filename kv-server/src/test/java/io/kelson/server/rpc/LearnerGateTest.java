package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a learner serves, and what it leaves to the voters, over a real connection. */
class LearnerGateTest {
  private final AtomicBoolean isLearner = new AtomicBoolean(true);
  private final AtomicInteger served = new AtomicInteger();
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .intercept(new LearnerGate(isLearner::get))
            .addService(new Kv())
            .addService(new Watches())
            .addService(new Maintenance())
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
  }

  @Test
  void aLearnerServesSerializableRangesStatusAndSnapshot() {
    assertThat(range(true).getCount()).isEqualTo(7);
    assertThat(maintenance().status(StatusRequest.getDefaultInstance()).getVersion())
        .isEqualTo("3");
    assertThat(maintenance().snapshot(SnapshotRequest.getDefaultInstance()).next().getBlob())
        .isEqualTo(ByteString.copyFromUtf8("s"));
  }

  @Test
  void aLearnerRefusesTheRestBeforeAnybodySeesIt() {
    assertRefused(() -> range(false));
    assertRefused(this::put);
    assertRefused(() -> kv().rangeStream(RangeRequest.getDefaultInstance()).hasNext());
    assertRefused(
        () ->
            HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance()));
    assertRefused(this::firstOfWatch);
    assertThat(served).hasValue(0);
  }

  @Test
  void aPromotedMemberServesEverythingFromTheNextCallOn() {
    assertRefused(this::put);
    isLearner.set(false);
    assertThat(range(false).getCount()).isEqualTo(7);
    put();
    assertThat(firstOfWatch().getWatchId()).isEqualTo(5);
    assertThat(served).hasValue(3);
  }

  private static void assertRefused(ThrowingCallable call) {
    StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refusal.getStatus().getCode())
        .isEqualTo(EtcdError.NOT_SUPPORTED_FOR_LEARNER.status().getCode());
    assertThat(refusal.getStatus().getDescription())
        .isEqualTo("etcdserver: rpc not supported for learner");
  }

  private RangeResponse range(boolean serializable) {
    return kv().range(RangeRequest.newBuilder().setSerializable(serializable).build());
  }

  private void put() {
    kv().put(PutRequest.getDefaultInstance());
  }

  private WatchResponse firstOfWatch() {
    CompletableFuture<WatchResponse> first = new CompletableFuture<>();
    WatchGrpc.newStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .watch(
            new StreamObserver<>() {
              @Override
              public void onNext(WatchResponse response) {
                first.complete(response);
              }

              @Override
              public void onError(Throwable problem) {
                first.completeExceptionally(problem);
              }

              @Override
              public void onCompleted() {
                first.completeExceptionally(new IllegalStateException("ended"));
              }
            })
        .onNext(WatchRequest.getDefaultInstance());
    try {
      return first.join();
    } catch (CompletionException e) {
      throw (StatusRuntimeException) e.getCause();
    }
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
      served.incrementAndGet();
      observer.onNext(RangeResponse.newBuilder().setCount(7).build());
      observer.onCompleted();
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
      served.incrementAndGet();
      observer.onNext(PutResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  private final class Watches extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> observer) {
      served.incrementAndGet();
      observer.onNext(WatchResponse.newBuilder().setWatchId(5).build());
      observer.onCompleted();
      return new StreamObserver<>() {
        @Override
        public void onNext(WatchRequest request) {}

        @Override
        public void onError(Throwable problem) {}

        @Override
        public void onCompleted() {}
      };
    }
  }

  private static final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
      observer.onNext(StatusResponse.newBuilder().setVersion("3").build());
      observer.onCompleted();
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
      observer.onNext(SnapshotResponse.newBuilder().setBlob(ByteString.copyFromUtf8("s")).build());
      observer.onCompleted();
    }
  }
}
