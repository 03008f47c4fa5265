package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchCancelRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchProgressRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.EventHistory;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.WatchAuthorizer;
import io.kelson.server.watch.WatchHub;
import io.kelson.server.watch.WatchOptions;
import io.kelson.server.watch.WatchTimer;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Watch service over a real connection on loopback, with real threads. */
class WatchServiceTest {
  private final Log log = new Log();
  private final ExecutorService background = Executors.newSingleThreadExecutor();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final List<Executor> executorsOfStreams = new CopyOnWriteArrayList<>();
  private WatchHub hub;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    hub =
        new WatchHub(
            log,
            new WatchOptions(600_000, 1 << 20, 64 << 10, 1000, 16 << 10, 512, 1000),
            revision -> ResponseHeader.newBuilder().setRevision(revision).build(),
            background,
            WatchTimer.on(timer),
            new Random(1));
    WatchService service =
        new WatchService(
            hub,
            () -> {
              Executor executor = WatchService.currentEventLoop(background);
              executorsOfStreams.add(executor);
              return executor;
            },
            () -> WatchAuthorizer.ALLOW_ALL,
            () -> false);
    server =
        FlushingServer.builder(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .directExecutor()
            .addService(service)
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    hub.close();
    channel.shutdownNow();
    server.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
    server.awaitTermination(10, TimeUnit.SECONDS);
    background.shutdownNow();
    timer.shutdownNow();
  }

  @Test
  void manyWatchersOnOneStreamAreCreatedInOrderAndHearTheirKeys() throws Exception {
    Client client = new Client(true);
    for (int i = 0; i < 2000; i++) {
      client.create("k" + i, 0, 0);
    }
    for (int i = 0; i < 2000; i++) {
      WatchResponse created = client.next();
      assertThat(created.getCreated()).isTrue();
      assertThat(created.getWatchId()).isEqualTo(i);
    }
    for (int i = 0; i < 2000; i++) {
      hub.applied(List.of(log.put("k" + i, "v")));
    }
    // More than the queue holds, so some come from history: no order across watchers.
    Map<Long, String> heard = new HashMap<>();
    for (int i = 0; i < 2000; i++) {
      WatchResponse event = client.next();
      assertThat(event.getEventsCount()).isEqualTo(1);
      String key = event.getEvents(0).getKv().getKey().toStringUtf8();
      assertThat(heard.put(event.getWatchId(), key)).as("an event repeated").isNull();
    }
    assertThat(heard).allSatisfy((id, key) -> assertThat(key).isEqualTo("k" + id));
    assertThat(executorsOfStreams).hasSize(1).allMatch(EventExecutor.class::isInstance);
  }

  @Test
  void cancelProgressAndIdsOverTheWire() throws Exception {
    Client client = new Client(true);
    client.create("a", 7, 0);
    client.create("a", 7, 0);
    client.send(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
    client.cancel(7);
    client.create("a", 0, 0);
    assertThat(client.next().getWatchId()).isEqualTo(7);
    assertThat(client.next().getWatchId()).isEqualTo(-1);
    WatchResponse progress = client.next();
    assertThat(progress.getWatchId()).isEqualTo(-1);
    assertThat(progress.getCreated()).isFalse();
    assertThat(client.next().getCanceled()).isTrue();
    assertThat(client.next().getCreated()).isTrue();
  }

  @Test
  void aHalfClosedStreamGoesOnListening() throws Exception {
    Client client = new Client(true);
    client.create("a", 0, 0);
    assertThat(client.next().getCreated()).isTrue();
    client.requests.onCompleted();
    hub.applied(List.of(log.put("a", "1")));
    assertThat(client.next().getEventsCount()).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesTakesItsWatchesAlong() throws Exception {
    Client client = new Client(true);
    client.create("a", 0, 0);
    assertThat(client.next().getCreated()).isTrue();
    client.requests.cancel("bye", null);
    assertThat(client.ended()).isEqualTo(Status.Code.CANCELLED);
    Client witness = new Client(true);
    witness.create("b", 0, 0);
    assertThat(witness.next().getCreated()).isTrue();
    // Same connection: the reset of the first stream was handled before the second was opened.
    assertThat(hub.stats().watchers()).isEqualTo(1);
    assertThat(hub.stats().streams()).isEqualTo(1);
  }

  @Test
  void closingTheHubEndsStreamsAsServerStopped() throws Exception {
    Client client = new Client(true);
    client.create("a", 0, 0);
    assertThat(client.next().getCreated()).isTrue();
    hub.close();
    assertThat(client.ended()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(client.end.getDescription()).isEqualTo("etcdserver: server stopped");
  }

  @Test
  void aClientThatStopsReadingLosesNothingAndOthersAreServed() throws Exception {
    Client stalled = new Client(false);
    Client reading = new Client(true);
    stalled.create("a", 0, 0);
    stalled.read(1);
    assertThat(stalled.next().getCreated()).isTrue();
    reading.create("a", 0, 0);
    assertThat(reading.next().getCreated()).isTrue();
    int writes = 3000;
    String value = "v".repeat(2000);
    for (int i = 0; i < writes; i++) {
      hub.applied(List.of(log.put("a", value)));
    }
    assertThat(revisionsUntil(reading, writes + 1, false)).hasSize(writes).isSorted();
    assertThat(hub.stats().catchingUpWatchers())
        .as("6 MB do not fit in the queue and the connection's windows")
        .isEqualTo(1);
    List<Long> late = revisionsUntil(stalled, writes + 1, true);
    assertThat(late).hasSize(writes).isSorted().doesNotHaveDuplicates();
  }

  private static List<Long> revisionsUntil(Client client, long last, boolean pull)
      throws InterruptedException {
    List<Long> revisions = new ArrayList<>();
    while (revisions.isEmpty() || revisions.get(revisions.size() - 1) < last) {
      if (pull) {
        client.read(1);
      }
      for (Event event : client.next().getEventsList()) {
        revisions.add(event.getKv().getModRevision());
      }
    }
    return revisions;
  }

  /** One stream as a client sees it. */
  private final class Client implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final boolean readsAll;
    private ClientCallStreamObserver<WatchRequest> requests;
    private volatile Status end;

    Client(boolean readsAll) {
      this.readsAll = readsAll;
      WatchGrpc.newStub(channel).watch(this);
    }

    void create(String key, long id, long startRevision) {
      send(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8(key))
                      .setWatchId(id)
                      .setStartRevision(startRevision))
              .build());
    }

    void cancel(long id) {
      send(
          WatchRequest.newBuilder()
              .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
              .build());
    }

    void send(WatchRequest request) {
      requests.onNext(request);
    }

    void read(int responses) {
      requests.request(responses);
    }

    WatchResponse next() throws InterruptedException {
      Object next = heard.poll(30, TimeUnit.SECONDS);
      if (next instanceof WatchResponse response) {
        return response;
      }
      return fail("expected a response but heard " + next);
    }

    Status.Code ended() throws InterruptedException {
      Object next = heard.poll(30, TimeUnit.SECONDS);
      assertThat(next).isInstanceOf(Status.class);
      return ((Status) next).getCode();
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requestStream) {
      requests = requestStream;
      if (!readsAll) {
        requestStream.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(WatchResponse response) {
      heard.add(response);
    }

    @Override
    public void onError(Throwable cause) {
      end = Status.fromThrowable(cause);
      heard.add(end);
    }

    @Override
    public void onCompleted() {
      heard.add(Status.OK);
    }
  }

  /** History of single puts. */
  private static final class Log implements EventHistory {
    private final List<RevisionEvents> revisions = new ArrayList<>();

    synchronized RevisionEvents put(String key, String value) {
      KeyValue kv =
          KeyValue.newBuilder()
              .setKey(ByteString.copyFromUtf8(key))
              .setValue(ByteString.copyFromUtf8(value))
              .setModRevision(currentRevision() + 1)
              .build();
      RevisionEvents made =
          new RevisionEvents(currentRevision() + 1, List.of(Event.newBuilder().setKv(kv).build()));
      revisions.add(made);
      return made;
    }

    @Override
    public synchronized long currentRevision() {
      return revisions.size() + 1;
    }

    @Override
    public long compactRevision() {
      return 0;
    }

    @Override
    public synchronized List<RevisionEvents> read(
        long lo, long hi, int maxRevisions, long maxBytes) {
      List<RevisionEvents> chunk = new ArrayList<>();
      long bytes = 0;
      for (long r = Math.max(2, lo); r < hi && chunk.size() < maxRevisions; r++) {
        RevisionEvents next = revisions.get((int) r - 2);
        chunk.add(next);
        bytes += next.events().get(0).getSerializedSize();
        if (bytes >= maxBytes) {
          break;
        }
      }
      return chunk;
    }
  }
}
