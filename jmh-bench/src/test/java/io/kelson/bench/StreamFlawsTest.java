package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that a sound server sends exactly once and in order, from one that does not. */
class StreamFlawsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Rogue rogue = new Rogue();
  private Server server;

  @BeforeEach
  void startServer() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(rogue.new Watch())
            .addService(rogue.new Store())
            .addService(new Status())
            .build()
            .start();
  }

  @AfterEach
  void stopServer() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  @Test
  void soundEventsAreAllCounted() throws InterruptedException {
    LoadResult result = watch();
    assertThat(result.errors()).isEmpty();
    assertThat(result.operations()).isEqualTo(10);
  }

  @Test
  void missingEventIsAnError() throws InterruptedException {
    rogue.loses = 3;
    LoadResult result = watch();
    assertThat(result.operations()).isEqualTo(9);
    assertThat(result.errors()).containsEntry("driver: events that did not come", 1L);
  }

  @Test
  void repeatedEventIsAnError() throws InterruptedException {
    rogue.repeats = 3;
    LoadResult result = watch();
    assertThat(result.errors()).containsEntry("driver: an event out of order, or twice", 1L);
  }

  @Test
  void eventOfAnotherKeyIsAnError() throws InterruptedException {
    rogue.otherKeyAt = 3;
    LoadResult result = watch();
    assertThat(result.errors()).containsEntry("driver: an event of another key", 1L);
    assertThat(result.operations()).isEqualTo(9);
  }

  @Test
  void canceledWatcherEndsTheWait() throws InterruptedException {
    rogue.cancelsAt = 3;
    LoadResult result = watch();
    assertThat(result.errors())
        .containsEntry("watcher canceled: no more", 1L)
        .containsKey("driver: events that did not come");
  }

  @Test
  void watcherThatIsRefusedIsSaid() {
    rogue.refuses = true;
    assertThatThrownBy(this::watch).hasStackTraceContaining("watcher canceled: no more");
  }

  @Test
  void streamThatEndsEndsTheWait() throws InterruptedException {
    rogue.endsAt = 3;
    LoadResult result = watch();
    assertThat(result.errors())
        .containsEntry("watch UNAVAILABLE: tired", 1L)
        .containsKey("driver: events that did not come");
  }

  @Test
  void endpointWhereNobodyListensIsSaid() {
    LoadPlan plan = plan();
    server.shutdownNow();
    assertThatThrownBy(
            () ->
                WatchStreams.open(
                    plan,
                    List.of(WatchCreateRequest.getDefaultInstance()),
                    1,
                    EventSink::sinceStamp,
                    PATIENCE,
                    ProgressLine.onTerminal()))
        .hasMessageContaining(plan.endpoints().get(0) + " does not answer");
  }

  private LoadResult watch() throws InterruptedException {
    return new WatchLoad("watch", WatchLoad.keys(1), 1, 1, 16, plan(), PATIENCE)
        .run(List.of(), ProgressLine.onTerminal())
        .result();
  }

  private LoadPlan plan() {
    return new LoadPlan(
        List.of("127.0.0.1:" + server.getPort()),
        1,
        1,
        1,
        Duration.ZERO,
        Duration.ZERO,
        10,
        0,
        100,
        1);
  }

  /** Sends every put to every watcher, apart from what it was told to do wrong. */
  private static final class Rogue {
    private final List<StreamObserver<WatchResponse>> watchers = new CopyOnWriteArrayList<>();
    private final AtomicLong revision = new AtomicLong();
    private volatile long loses;
    private volatile long repeats;
    private volatile long otherKeyAt;
    private volatile long cancelsAt;
    private volatile boolean refuses;
    private volatile long endsAt;

    private final class Watch extends WatchGrpc.WatchImplBase {
      @Override
      public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> observer) {
        return new StreamObserver<>() {
          @Override
          public void onNext(WatchRequest request) {
            WatchResponse.Builder answer =
                WatchResponse.newBuilder().setWatchId(1).setCreated(true);
            if (refuses) {
              answer.setCanceled(true).setCancelReason("no more");
            } else {
              watchers.add(observer);
            }
            observer.onNext(answer.build());
          }

          @Override
          public void onError(Throwable error) {
            watchers.remove(observer);
          }

          @Override
          public void onCompleted() {
            watchers.remove(observer);
          }
        };
      }
    }

    private final class Store extends KVGrpc.KVImplBase {
      @Override
      public void put(PutRequest request, StreamObserver<PutResponse> observer) {
        long at = revision.incrementAndGet();
        if (at == cancelsAt) {
          WatchResponse end =
              WatchResponse.newBuilder()
                  .setWatchId(1)
                  .setCanceled(true)
                  .setCancelReason("no more")
                  .build();
          watchers.forEach(watcher -> watcher.onNext(end));
          watchers.clear();
        }
        if (at == endsAt) {
          watchers.forEach(
              watcher ->
                  watcher.onError(
                      io.grpc.Status.UNAVAILABLE.withDescription("tired").asRuntimeException()));
          watchers.clear();
        }
        ByteString key = at == otherKeyAt ? ByteString.copyFromUtf8("another") : request.getKey();
        KeyValue pair =
            KeyValue.newBuilder()
                .setKey(key)
                .setValue(request.getValue())
                .setModRevision(at)
                .build();
        WatchResponse news =
            WatchResponse.newBuilder()
                .setWatchId(1)
                .addEvents(Event.newBuilder().setType(Event.EventType.PUT).setKv(pair))
                .build();
        int times = at == loses ? 0 : at == repeats ? 2 : 1;
        for (int i = 0; i < times; i++) {
          watchers.forEach(watcher -> watcher.onNext(news));
        }
        observer.onNext(
            PutResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(at))
                .build());
        observer.onCompleted();
      }
    }
  }

  /** A leader. */
  private static final class Status extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
      observer.onNext(StatusResponse.newBuilder().setLeader(0).build());
      observer.onCompleted();
    }
  }
}
