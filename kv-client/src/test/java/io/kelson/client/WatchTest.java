package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Status;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A watch over broken streams: nothing lost, nothing twice, and an honest end. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WatchTest {
  private static final Bytes KEY = Bytes.utf8("k");

  private FakeMember first;
  private FakeMember second;
  private KelsonClient client;
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

  private final WatchListener listener =
      new WatchListener() {
        @Override
        public void onCreated(Header header) {
          seen.add("created " + header.revision());
        }

        @Override
        public void onEvents(WatchBatch batch) {
          batch.events().forEach(event -> seen.add("event " + event.kv().modRevision()));
        }

        @Override
        public void onProgress(Header header) {
          seen.add("progress " + header.revision());
        }

        @Override
        public void onInterrupted(EtcdException cause) {
          seen.add("interrupted");
        }

        @Override
        public void onClosed(EtcdException cause) {
          seen.add("closed " + (cause == null ? "here" : cause.getClass().getSimpleName()));
        }
      };

  @BeforeEach
  void start() throws Exception {
    first = new FakeMember();
    second = new FakeMember();
    client =
        KelsonClient.builder().endpoints(first.endpoint(), second.endpoint()).inOrder(true).build();
  }

  @AfterEach
  void stop() {
    client.close();
    first.close();
    second.close();
  }

  private Watcher watch(long startRevision) {
    return client.watch(WatchOptions.builder(KEY).startRevision(startRevision).build(), listener);
  }

  private void expect(String... what) throws InterruptedException {
    for (String next : what) {
      assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(next);
    }
  }

  private static WatchResponse created(long revision) {
    return WatchResponse.newBuilder()
        .setHeader(FakeMember.header(revision))
        .setCreated(true)
        .build();
  }

  private static WatchResponse events(long... revisions) {
    WatchResponse.Builder response =
        WatchResponse.newBuilder().setHeader(FakeMember.header(revisions[revisions.length - 1]));
    for (long revision : revisions) {
      response.addEvents(
          Event.newBuilder()
              .setKv(
                  io.kelson.api.mvcc.KeyValue.newBuilder()
                      .setKey(Wire.bytes(KEY))
                      .setModRevision(revision)));
    }
    return response.build();
  }

  private static long startOf(FakeMember.OpenStream stream) {
    return stream.firstRequest().getCreateRequest().getStartRevision();
  }

  @Test
  void goesOnAfterTheLastEventOnAnotherEndpoint() throws Exception {
    watch(3);
    FakeMember.OpenStream stream = first.streams.take();
    assertThat(startOf(stream)).isEqualTo(3);
    stream.replies().onNext(created(5));
    stream.replies().onNext(events(4, 5));
    expect("created 5", "event 4", "event 5");

    first.crash();
    expect("interrupted");
    FakeMember.OpenStream again = second.streams.take();
    assertThat(startOf(again)).isEqualTo(6);
    again.replies().onNext(created(7));
    again.replies().onNext(events(6, 7));
    expect("event 6", "event 7");
  }

  @Test
  void aListenerThatFailsEndsItsWatchWhereverItFails() throws Exception {
    Watcher watcher =
        client.watch(
            WatchOptions.builder(KEY).build(),
            new WatchListener() {
              @Override
              public void onEvents(WatchBatch batch) {
                throw new IllegalStateException("not reached");
              }

              @Override
              public void onInterrupted(EtcdException cause) {
                throw new IllegalStateException("enough");
              }
            });
    FakeMember.OpenStream stream = first.streams.take();
    stream.replies().onNext(created(5));
    watcher.created().get(30, TimeUnit.SECONDS);
    first.crash();
    assertThat(catchThrowable(() -> watcher.closed().get(30, TimeUnit.SECONDS)))
        .cause()
        .isInstanceOf(EtcdException.class)
        .hasMessageContaining("enough");
    assertThat(second.streams).isEmpty();
  }

  @Test
  void aWatchFromNowGoesOnFromWhereItWasAccepted() throws Exception {
    watch(0);
    FakeMember.OpenStream stream = first.streams.take();
    assertThat(startOf(stream)).isZero();
    stream.replies().onNext(created(9));
    expect("created 9");

    stream.replies().onError(Status.UNAVAILABLE.asRuntimeException());
    expect("interrupted");
    assertThat(startOf(second.streams.take())).isEqualTo(10);
  }

  @Test
  void itsOwnProgressMovesItOnButAskedForProgressDoesNot() throws Exception {
    Watcher watcher = watch(0);
    watcher.requestProgress();
    FakeMember.OpenStream stream = first.streams.take();
    stream.replies().onNext(created(9));
    stream.replies().onNext(WatchResponse.newBuilder().setHeader(FakeMember.header(12)).build());
    stream
        .replies()
        .onNext(WatchResponse.newBuilder().setHeader(FakeMember.header(20)).setWatchId(-1).build());
    expect("created 9", "progress 12", "progress 20");

    stream.replies().onError(Status.UNAVAILABLE.asRuntimeException());
    expect("interrupted");
    assertThat(startOf(second.streams.take())).isEqualTo(13);
  }

  @Test
  void compactionEndsItAndSaysWhereHistoryBegins() throws Exception {
    Watcher watcher = watch(2);
    FakeMember.OpenStream stream = first.streams.take();
    stream.replies().onNext(created(9));
    stream
        .replies()
        .onNext(WatchResponse.newBuilder().setCanceled(true).setCompactRevision(8).build());
    expect("created 9", "closed CompactedException");
    Throwable cause = failureOf(watcher);
    assertThat(((CompactedException) cause).compactRevision()).isEqualTo(8);
    assertThat(second.streams).isEmpty();
  }

  @Test
  void aRefusedCreationEndsItWithTheServersReason() throws Exception {
    Watcher watcher = watch(2);
    first
        .streams
        .take()
        .replies()
        .onNext(
            WatchResponse.newBuilder()
                .setCreated(true)
                .setCanceled(true)
                .setWatchId(-1)
                .setCancelReason("mvcc: watcher range is empty")
                .build());
    expect("closed WatchCanceledException");
    assertThat(failureOf(watcher)).hasMessage("mvcc: watcher range is empty");
    assertThat(watcher.created()).isCompletedExceptionally();
  }

  @Test
  void closingEndsItQuietly() throws Exception {
    Watcher watcher = watch(2);
    first.streams.take().replies().onNext(created(9));
    expect("created 9");
    watcher.close();
    expect("closed here");
    watcher.closed().get(30, TimeUnit.SECONDS);
  }

  @Test
  void closingTheClientEndsIt() throws Exception {
    watch(2);
    first.streams.take().replies().onNext(created(9));
    expect("created 9");
    client.close();
    expect("closed here");
  }

  @Test
  void aListenerThatThrowsEndsItsWatch() throws Exception {
    Watcher watcher =
        client.watch(
            WatchOptions.builder(KEY).build(),
            batch -> {
              throw new IllegalStateException("no more of this");
            });
    FakeMember.OpenStream stream = first.streams.take();
    stream.replies().onNext(created(9));
    stream.replies().onNext(events(10));
    assertThat(failureOf(watcher)).hasMessageContaining("no more of this");
  }

  private static Throwable failureOf(Watcher watcher) throws Exception {
    try {
      watcher.closed().get(30, TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  @Test
  void prefixesEndWhereTheNextOneBegins() {
    assertThat(Bytes.utf8("ab").prefixEnd()).isEqualTo(Bytes.utf8("ac"));
    assertThat(Bytes.of(new byte[] {'a', (byte) 0xff}).prefixEnd()).isEqualTo(Bytes.utf8("b"));
    assertThat(Bytes.of(new byte[] {(byte) 0xff}).prefixEnd()).isEqualTo(Bytes.ZERO);
    assertThat(WatchOptions.builder(Bytes.EMPTY).prefix().build().key()).isEqualTo(Bytes.ZERO);
    assertThat(List.of(Bytes.of(new byte[] {(byte) 0x80}), Bytes.utf8("a")))
        .isSortedAccordingTo(java.util.Comparator.reverseOrder());
  }
}
