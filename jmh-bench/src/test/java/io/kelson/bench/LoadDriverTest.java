package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.api.mvcc.KeyValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The driver counts exactly what a server saw and said. */
class LoadDriverTest {
  private static final KeySpace KEYS = new KeySpace(100, 8);

  private final Store store = new Store();
  private Server server;
  private String endpoint;

  @BeforeEach
  void startServer() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(store)
            .addService(new Status())
            .build()
            .start();
    endpoint = "127.0.0.1:" + server.getPort();
  }

  @AfterEach
  void stopServer() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  @Test
  void totalIsMetExactlyOverLoopsAndConnections() throws InterruptedException {
    LoadResult result = run(new PutWorkload(KEYS, 16, true), plan(7, 3, 2, 1_001, 0));

    assertThat(result.operations()).isEqualTo(1_001);
    assertThat(store.puts.get()).isEqualTo(1_001);
    assertThat(result.errors()).isEmpty();
    assertThat(result.loop()).isEqualTo("closed");
  }

  @Test
  void everyClientOfTheClosedLoopHasOneOperationInFlight() throws InterruptedException {
    store.answerTogether = 7;
    LoadResult result = run(new PutWorkload(KEYS, 16, false), plan(7, 3, 1, 700, 0));

    assertThat(result.operations()).as("with fewer in flight no answer would come").isEqualTo(700);
    assertThat(store.mostWaiting).isEqualTo(7);
  }

  @Test
  void openLoopSendsAtItsRateWithoutWaitingForAnswers() throws InterruptedException {
    LoadResult result = run(new PutWorkload(KEYS, 16, false), plan(1, 2, 1, 400, 2_000));

    assertThat(result.operations()).isEqualTo(400);
    assertThat(result.loop()).isEqualTo("open");
    assertThat(result.elapsedSeconds())
        .as("400 arrivals at 2000/s cannot all be there at once")
        .isGreaterThan(0.05);
  }

  @Test
  void loadGoesOnUntilSomethingElseIsOver() throws InterruptedException {
    CompletableFuture<Void> end = new CompletableFuture<>();
    store.atPut(500, () -> end.complete(null));
    try (LoadDriver driver =
        LoadDriver.connect(new PutWorkload(KEYS, 16, false), plan(3, 1, 1, 1, 0))) {
      LoadResult result = driver.runUntil(end, List.of(), ProgressLine.onTerminal());
      assertThat(result.operations())
          .as("the plan's total is not this load's; what was in flight is waited for")
          .isBetween(500L, 503L)
          .isEqualTo(store.puts.get());
    }
  }

  @Test
  void whatEndsLoadByFailingFailsIt() {
    CompletableFuture<Void> end =
        CompletableFuture.failedFuture(new IllegalStateException("no compaction"));
    try (LoadDriver driver =
        LoadDriver.connect(new PutWorkload(KEYS, 16, false), plan(3, 1, 1, 1, 0))) {
      assertThatThrownBy(() -> driver.runUntil(end, List.of(), ProgressLine.onTerminal()))
          .hasMessageContaining("no compaction");
    }
    assertThat(store.puts).as("nothing is sent after the end").hasValue(0);
  }

  @Test
  void errorsAreCountedByTextAndNotAsOperations() throws InterruptedException {
    store.refuseEvery = 10;
    LoadResult result = run(new PutWorkload(KEYS, 16, false), plan(4, 1, 1, 200, 0));

    assertThat(result.operations()).isEqualTo(180);
    assertThat(result.errors())
        .containsEntry("UNKNOWN: " + EtcdError.TOO_MANY_REQUESTS.text(), 20L);
    assertThat(result.errorCount()).isEqualTo(20);
  }

  @Test
  void readOfMissingKeyIsAnError() throws InterruptedException {
    LoadResult held = run(new RangeWorkload(KEYS, true), plan(2, 1, 1, 50, 0));
    assertThat(held.operations()).isEqualTo(50);

    store.empty = true;
    LoadResult missing = run(new RangeWorkload(KEYS, false), plan(2, 1, 1, 50, 0));
    assertThat(missing.operations()).isZero();
    assertThat(missing.errorCount()).isEqualTo(50);
  }

  @Test
  void silentEndpointIsNamed() throws InterruptedException {
    stopServer();
    assertThatThrownBy(() -> LoadDriver.connect(new RangeWorkload(KEYS, true), plan(1, 1, 1, 1, 0)))
        .hasMessageContaining(endpoint)
        .hasMessageContaining("does not answer");
  }

  @Test
  void leaderComesFirst() {
    assertThat(LoadDriver.leaderFirst(List.of(endpoint))).containsExactly(endpoint);
  }

  private LoadPlan plan(int clients, int connections, int loops, long total, double rate) {
    return new LoadPlan(
        List.of(endpoint),
        clients,
        connections,
        loops,
        Duration.ZERO,
        Duration.ZERO,
        total,
        rate,
        10_000,
        1);
  }

  private static LoadResult run(Script workload, LoadPlan plan) throws InterruptedException {
    try (LoadDriver driver = LoadDriver.connect(workload, plan)) {
      return driver.run(List.of(ProcessHandle.current().pid()), ProgressLine.onTerminal());
    }
  }

  /** Counts puts and answers every read alike. */
  private static final class Store extends KVGrpc.KVImplBase {
    private final AtomicLong puts = new AtomicLong();
    private final List<Runnable> waiting = new ArrayList<>();
    private volatile int mostWaiting;
    private volatile int answerTogether = 1;
    private volatile int refuseEvery = Integer.MAX_VALUE;
    private volatile boolean empty;
    private volatile long actionAt;
    private volatile Runnable action = () -> {};

    void atPut(long number, Runnable run) {
      action = run;
      actionAt = number;
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
      long revision = puts.incrementAndGet();
      if (revision == actionAt) {
        action.run();
      }
      togetherWith(() -> answer(revision, observer)).forEach(Runnable::run);
    }

    /** Everything that waited, once enough do. */
    private synchronized List<Runnable> togetherWith(Runnable answer) {
      waiting.add(answer);
      mostWaiting = Math.max(mostWaiting, waiting.size());
      if (waiting.size() < answerTogether) {
        return List.of();
      }
      List<Runnable> together = List.copyOf(waiting);
      waiting.clear();
      return together;
    }

    private void answer(long revision, StreamObserver<PutResponse> observer) {
      if (revision % refuseEvery == 0) {
        observer.onError(EtcdError.TOO_MANY_REQUESTS.asException());
        return;
      }
      observer.onNext(
          PutResponse.newBuilder()
              .setHeader(ResponseHeader.newBuilder().setRevision(revision))
              .build());
      observer.onCompleted();
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
      RangeResponse.Builder reply = RangeResponse.newBuilder();
      if (!empty) {
        reply.addKvs(KeyValue.newBuilder().setKey(request.getKey())).setCount(1);
      }
      observer.onNext(reply.build());
      observer.onCompleted();
    }
  }

  /** A leader. */
  private static final class Status extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
      observer.onNext(
          StatusResponse.newBuilder()
              .setHeader(ResponseHeader.newBuilder().setMemberId(7))
              .setLeader(7)
              .build());
      observer.onCompleted();
    }
  }
}
