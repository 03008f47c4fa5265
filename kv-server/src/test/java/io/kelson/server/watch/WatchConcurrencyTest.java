package io.kelson.server.watch;

import static io.kelson.server.watch.FakeStore.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The hub under the threads it is made for: one that applies, one that reads, several that send.
 */
class WatchConcurrencyTest {
  private static final int REVISIONS = 5_000;
  private static final int STREAMS = 6;
  private static final long LAST_REVISION = REVISIONS + 1;

  private final FakeStore store = new FakeStore();
  private final ExecutorService background = Executors.newSingleThreadExecutor();
  private final ExecutorService senders = Executors.newFixedThreadPool(3);
  private final ScheduledExecutorService clients = Executors.newScheduledThreadPool(1);
  private final CountDownLatch heardAll = new CountDownLatch(STREAMS);
  private final WatchHub hub =
      new WatchHub(
          store,
          new WatchOptions(100, 1 << 20, 2_000, 50, 1_000, 8, 100),
          WatchFixture::header,
          background,
          WatchTimer.on(clients),
          new Random(1));

  @AfterEach
  void stop() {
    hub.close();
    background.shutdownNow();
    senders.shutdownNow();
    clients.shutdownNow();
  }

  @Test
  void everyStreamHearsEveryRevisionOnceWhileClientsStallAndWatchersComeAndGo() throws Exception {
    List<PausingSink> sinks = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      PausingSink sink = new PausingSink(3 + 20 * i);
      sink.stream = hub.open(sink, senders, WatchAuthorizer.ALLOW_ALL, false);
      sink.stream.request(
          WatchFixture.createRequest(
              "k", r -> r.setRangeEnd(WatchFixture.bytes("l")).setStartRevision(1)));
      sinks.add(sink);
    }
    WatchFixture.Client passing =
        new WatchFixture.Client(
            hub.open(new PausingSink(1 << 20), senders, WatchAuthorizer.ALLOW_ALL, false), null);
    for (int i = 0; i < REVISIONS; i++) {
      hub.applied(List.of(store.commit(put("k" + i % 10, "value " + i))));
      if (i % 50 == 0) {
        passing.create("k1", r -> r.setWatchId(9).setStartRevision(1));
        passing.cancel(9);
      }
    }
    assertThat(heardAll.await(60, TimeUnit.SECONDS)).as("all heard the last revision").isTrue();
    List<Long> all = LongStream.rangeClosed(2, LAST_REVISION).boxed().toList();
    for (PausingSink sink : sinks) {
      synchronized (sink) {
        assertThat(sink.revisions).isEqualTo(all);
        assertThat(sink.overlapped).as("two sends at once").isFalse();
      }
    }
    assertThat(hub.stats().pastEvents()).as("some fell behind").isPositive();
    assertThat(hub.stats().watchers()).isEqualTo(STREAMS);
  }

  /** A client that is busy for a moment after every so many responses. */
  private final class PausingSink implements WatchSink {
    private final int pauseEvery;
    private final List<Long> revisions = new ArrayList<>();
    private final AtomicInteger room;
    private final AtomicInteger inside = new AtomicInteger();
    private boolean overlapped;
    private volatile WatchStream stream;

    PausingSink(int pauseEvery) {
      this.pauseEvery = pauseEvery;
      this.room = new AtomicInteger(pauseEvery);
    }

    @Override
    public boolean isReady() {
      return room.get() > 0;
    }

    @Override
    public void send(WatchResponse response) {
      boolean alone = inside.getAndIncrement() == 0;
      synchronized (this) {
        hear(response);
        overlapped |= !alone;
      }
      inside.decrementAndGet();
      if (room.decrementAndGet() == 0) {
        long pauseMicros = ThreadLocalRandom.current().nextLong(1000);
        clients.schedule(this::readAgain, pauseMicros, TimeUnit.MICROSECONDS);
      }
    }

    private void hear(WatchResponse response) {
      for (Event event : response.getEventsList()) {
        revisions.add(event.getKv().getModRevision());
        if (event.getKv().getModRevision() == LAST_REVISION) {
          heardAll.countDown();
        }
      }
    }

    private void readAgain() {
      room.set(pauseEvery);
      stream.onReady();
    }

    @Override
    public void complete(Status status) {
      // The hub is closed at the end of the test.
    }

    @Override
    public void requestNext() {
      // The test sends what it likes.
    }
  }
}
