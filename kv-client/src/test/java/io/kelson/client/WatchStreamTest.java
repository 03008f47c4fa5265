package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many watches on one stream: each gets its own, and none has to suffer for another. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WatchStreamTest {
  private FakeMember first;
  private FakeMember second;
  private KelsonClient client;

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

  /** Writes down what it hears; waits at its first event until it is let on, if it is slow. */
  private static final class Recorder implements WatchListener {
    final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    final CountDownLatch letOn;

    Recorder(boolean slow) {
      letOn = new CountDownLatch(slow ? 1 : 0);
    }

    @Override
    public void onEvents(WatchBatch batch) {
      batch.events().forEach(event -> seen.add("event " + event.kv().modRevision()));
      try {
        letOn.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
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

    void expect(String... what) throws InterruptedException {
      for (String next : what) {
        assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(next);
      }
    }

    void expectEvents(long from, long to) throws InterruptedException {
      expect(
          LongStream.rangeClosed(from, to)
              .mapToObj(revision -> "event " + revision)
              .toArray(String[]::new));
    }
  }

  private Watcher watch(String key, long startRevision, WatchListener listener) {
    return client.watch(
        WatchOptions.builder(Bytes.utf8(key)).startRevision(startRevision).build(), listener);
  }

  private static WatchRequest next(FakeMember.OpenStream stream) throws InterruptedException {
    WatchRequest request = stream.requests().poll(30, TimeUnit.SECONDS);
    assertThat(request).isNotNull();
    return request;
  }

  /** Takes the creation that comes next, says yes to it and returns its id. */
  private static long accept(FakeMember.OpenStream stream, long revision) throws Exception {
    long id = next(stream).getCreateRequest().getWatchId();
    assertThat(id).isPositive();
    stream.replies().onNext(reply(id, revision).setCreated(true).build());
    return id;
  }

  private static WatchResponse.Builder reply(long id, long revision) {
    return WatchResponse.newBuilder().setHeader(FakeMember.header(revision)).setWatchId(id);
  }

  private static WatchResponse event(long id, long revision, int bytes) {
    return reply(id, revision)
        .addEvents(
            Event.newBuilder()
                .setKv(
                    io.kelson.api.mvcc.KeyValue.newBuilder()
                        .setValue(ByteString.copyFrom(new byte[bytes]))
                        .setModRevision(revision)))
        .build();
  }

  private static WatchResponse event(long id, long revision) {
    return event(id, revision, 1);
  }

  @Test
  void aThousandWatchesUseOneStreamAndEachHearsItsOwn() throws Exception {
    int watches = 1000;
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < watches; i++) {
      recorders.add(new Recorder(false));
      watch("k" + i, 1, recorders.get(i));
    }
    FakeMember.OpenStream stream = first.streams.take();
    Map<String, Long> ids = new HashMap<>();
    for (int i = 0; i < watches; i++) {
      WatchRequest request = next(stream);
      ids.put(
          request.getCreateRequest().getKey().toStringUtf8(),
          request.getCreateRequest().getWatchId());
      stream
          .replies()
          .onNext(reply(request.getCreateRequest().getWatchId(), 1).setCreated(true).build());
    }
    assertThat(Set.copyOf(ids.values())).hasSize(watches);
    for (int i = watches - 1; i >= 0; i--) {
      stream.replies().onNext(event(ids.get("k" + i), 1000 + i));
    }
    for (int i = 0; i < watches; i++) {
      recorders.get(i).expect("event " + (1000 + i));
      assertThat(recorders.get(i).seen).isEmpty();
    }
    assertThat(first.streams).isEmpty();
    assertThat(second.streams).isEmpty();
  }

  @Test
  void theStreamEndsWithItsLastWatchAndAnotherOpensAtNeed() throws Exception {
    Recorder a = new Recorder(false);
    Recorder b = new Recorder(false);
    Watcher watchA = watch("a", 1, a);
    Watcher watchB = watch("b", 1, b);
    FakeMember.OpenStream stream = first.streams.take();
    long idA = accept(stream, 1);
    long idB = accept(stream, 1);
    watchA.created().get(30, TimeUnit.SECONDS);

    watchA.close();
    a.expect("closed here");
    assertThat(next(stream).getCancelRequest().getWatchId()).isEqualTo(idA);
    stream.replies().onNext(event(idA, 2));
    stream.replies().onNext(reply(idA, 2).setCanceled(true).build());
    stream.replies().onNext(event(idB, 2));
    b.expect("event 2");
    assertThat(a.seen).isEmpty();
    assertThat(stream.gone()).isNotDone();

    watchB.close();
    b.expect("closed here");
    stream.gone().get(30, TimeUnit.SECONDS);
    watch("c", 1, new Recorder(false));
    accept(first.streams.take(), 3);
  }

  @Test
  void oneThatIsClosedBeforeItIsAcceptedIsCancelledThen() throws Exception {
    Recorder b = new Recorder(false);
    Watcher watchA = watch("a", 1, new Recorder(false));
    watch("b", 1, b);
    FakeMember.OpenStream stream = first.streams.take();
    watchA.close();
    watchA.closed().get(30, TimeUnit.SECONDS);
    long idA = accept(stream, 1);
    long idB = accept(stream, 1);
    assertThat(next(stream).getCancelRequest().getWatchId()).isEqualTo(idA);
    stream.replies().onNext(event(idB, 2));
    b.expect("event 2");
  }

  @Test
  void refusalsGoToTheOneWhoseTurnItIsAndCompactionToTheOneItNames() throws Exception {
    Recorder[] all = {new Recorder(false), new Recorder(false), new Recorder(false)};
    Watcher refused = null;
    for (int i = 0; i < all.length; i++) {
      Watcher watcher = watch("k" + i, 1, all[i]);
      refused = i == 1 ? watcher : refused;
    }
    FakeMember.OpenStream stream = first.streams.take();
    long idOfFirst = accept(stream, 1);
    next(stream);
    stream
        .replies()
        .onNext(reply(-1, 1).setCreated(true).setCanceled(true).setCancelReason("no").build());
    long idOfLast = accept(stream, 1);
    all[1].expect("closed WatchCanceledException");
    Watcher gone = refused;
    assertThat(catchThrowable(() -> gone.closed().get(30, TimeUnit.SECONDS)))
        .hasMessageContaining("no");

    stream.replies().onNext(reply(idOfFirst, 0).setCanceled(true).setCompactRevision(8).build());
    all[0].expect("closed CompactedException");
    assertThat(next(stream).getCancelRequest().getWatchId()).isEqualTo(idOfFirst);
    stream.replies().onNext(event(idOfLast, 9));
    all[2].expect("event 9");
  }

  @Test
  void aServerThatPicksIdsItselfIsUnderstood() throws Exception {
    Recorder a = new Recorder(false);
    Recorder b = new Recorder(false);
    watch("a", 1, a);
    Watcher watchB = watch("b", 1, b);
    FakeMember.OpenStream stream = first.streams.take();
    for (long picked = 0; picked < 2; picked++) {
      next(stream);
      stream.replies().onNext(reply(picked, 1).setCreated(true).build());
    }
    stream.replies().onNext(event(1, 2));
    stream.replies().onNext(event(0, 3));
    b.expect("event 2");
    a.expect("event 3");
    watchB.close();
    assertThat(next(stream).getCancelRequest().getWatchId()).isEqualTo(1);
  }

  @Test
  void progressThatWasAskedForGoesToThoseWhoAsked() throws Exception {
    Recorder a = new Recorder(false);
    Recorder b = new Recorder(false);
    Watcher watchA = watch("a", 1, a);
    watch("b", 1, b);
    FakeMember.OpenStream stream = first.streams.take();
    long idA = accept(stream, 1);
    long idB = accept(stream, 1);
    watchA.requestProgress();
    assertThat(next(stream).hasProgressRequest()).isTrue();
    stream.replies().onNext(reply(-1, 20).build());
    a.expect("progress 20");
    stream.replies().onNext(event(idB, 21));
    b.expect("event 21");

    stream.replies().onNext(event(idA, 21));
    a.expect("event 21");
  }

  @Test
  void aBrokenStreamResumesEachWhereItWas() throws Exception {
    int watches = 50;
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < watches; i++) {
      recorders.add(new Recorder(false));
      watch("k" + i, 1, recorders.get(i));
    }
    FakeMember.OpenStream stream = first.streams.take();
    Map<Long, Integer> owners = new HashMap<>();
    for (int i = 0; i < watches; i++) {
      owners.put(accept(stream, 1), i);
    }
    owners.forEach(
        (id, i) ->
            LongStream.rangeClosed(2, 2 + i)
                .forEach(revision -> stream.replies().onNext(event(id, revision))));
    for (int i = 0; i < watches; i++) {
      recorders.get(i).expectEvents(2, 2 + i);
    }

    stream.replies().onError(Status.UNAVAILABLE.asRuntimeException());
    FakeMember.OpenStream again = second.streams.take();
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < watches; i++) {
      var create = next(again).getCreateRequest();
      String key = create.getKey().toStringUtf8();
      assertThat(keys.add(key)).isTrue();
      int index = Integer.parseInt(key.substring(1));
      assertThat(create.getStartRevision()).isEqualTo(3 + index);
      again.replies().onNext(reply(create.getWatchId(), 100).setCreated(true).build());
      again.replies().onNext(event(create.getWatchId(), 3 + index));
    }
    for (int i = 0; i < watches; i++) {
      recorders.get(i).expect("interrupted", "event " + (3 + i));
      assertThat(recorders.get(i).seen).isEmpty();
    }
    assertThat(first.streams).isEmpty();
    assertThat(second.streams).isEmpty();
  }

  @Test
  void aSlowListenerIsBoundedLosesNothingAndHoldsUpNobody() throws Exception {
    Recorder slow = new Recorder(true);
    Recorder quick = new Recorder(false);
    Watcher slowWatch = watch("slow", 1, slow);
    watch("quick", 1, quick);
    FakeMember.OpenStream stream = first.streams.take();
    long slowId = accept(stream, 1);
    long quickId = accept(stream, 1);

    int size = 100 << 10;
    int last = 41;
    IntStream.rangeClosed(2, last)
        .forEach(revision -> stream.replies().onNext(event(slowId, revision, size)));
    stream.replies().onNext(event(quickId, last));
    // Four times as much as may wait has come for the slow one when this is heard.
    quick.expect("event " + last);
    assertThat(next(stream).getCancelRequest().getWatchId()).isEqualTo(slowId);
    stream.replies().onNext(reply(slowId, last).setCanceled(true).build());
    slowWatch.requestProgress();
    stream.replies().onNext(reply(-1, last).build());
    stream.replies().onNext(event(quickId, last + 1));
    quick.expect("event " + (last + 1));
    slow.expect("event 2");
    assertThat(slow.seen).isEmpty();
    assertThat(stream.requests()).isEmpty();

    slow.letOn.countDown();
    var create = next(stream).getCreateRequest();
    assertThat(create.getKey().toStringUtf8()).isEqualTo("slow");
    assertThat(create.getWatchId()).isGreaterThan(quickId);
    long next = create.getStartRevision();
    assertThat((next - 2) * size).isBetween(1L, (long) WatchSession.MOST_WAITING_BYTES);
    slow.expectEvents(3, next - 1);
    // What was asked meanwhile is asked now.
    assertThat(next(stream).hasProgressRequest()).isTrue();

    long newId = create.getWatchId();
    stream.replies().onNext(reply(newId, last).setCreated(true).build());
    LongStream.rangeClosed(next, last)
        .forEach(revision -> stream.replies().onNext(event(newId, revision)));
    slow.expectEvents(next, last);
    assertThat(slow.seen).isEmpty();
    assertThat(slowWatch.closed()).isNotDone();
    assertThat(first.streams).isEmpty();
  }

  @Test
  void aMessageLargerThanMayWaitIsTakenAlone() throws Exception {
    Recorder slow = new Recorder(true);
    watch("slow", 1, slow);
    FakeMember.OpenStream stream = first.streams.take();
    long id = accept(stream, 1);
    stream.replies().onNext(event(id, 2, 2 * WatchSession.MOST_WAITING_BYTES));
    stream.replies().onNext(event(id, 3, 2 * WatchSession.MOST_WAITING_BYTES));
    slow.expect("event 2");
    // The only watch of its stream takes that with it.
    stream.gone().get(30, TimeUnit.SECONDS);
    slow.letOn.countDown();
    FakeMember.OpenStream again = first.streams.take();
    assertThat(again.firstRequest().getCreateRequest().getStartRevision()).isEqualTo(3);
    long newId = accept(again, 3);
    again.replies().onNext(event(newId, 3, 2 * WatchSession.MOST_WAITING_BYTES));
    slow.expect("event 3");
  }

  @Test
  void anExecutorThatRunsAtOnceServesToo() throws Exception {
    client.close();
    client =
        KelsonClient.builder()
            .endpoints(first.endpoint(), second.endpoint())
            .inOrder(true)
            .callbackExecutor(Runnable::run)
            .build();
    Recorder b = new Recorder(false);
    Watcher[] own = new Watcher[1];
    own[0] = watch("a", 1, batch -> own[0].close());
    watch("b", 1, b);
    FakeMember.OpenStream stream = first.streams.take();
    long idA = accept(stream, 1);
    long idB = accept(stream, 1);
    stream.replies().onNext(event(idA, 2));
    own[0].closed().get(30, TimeUnit.SECONDS);
    assertThat(next(stream).getCancelRequest().getWatchId()).isEqualTo(idA);
    stream.replies().onError(Status.UNAVAILABLE.asRuntimeException());
    FakeMember.OpenStream again = second.streams.take();
    again.replies().onNext(event(accept(again, 2), 2));
    b.expect("interrupted", "event 2");
    assertThat(idB).isNotEqualTo(idA);
  }
}
