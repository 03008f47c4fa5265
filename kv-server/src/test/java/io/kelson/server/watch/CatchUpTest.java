package io.kelson.server.watch;

import static io.kelson.server.watch.FakeStore.delete;
import static io.kelson.server.watch.FakeStore.put;
import static io.kelson.server.watch.WatchStreamTest.all;
import static io.kelson.server.watch.WatchStreamTest.events;
import static io.kelson.server.watch.WatchStreamTest.keys;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.Event.EventType;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.WatchFixture.Client;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Watchers that start in the past, fall behind, or lose their past to compaction. */
class CatchUpTest {
  private static final WatchOptions SMALL =
      new WatchOptions(600_000, 1 << 20, 1000, 10, 600, 512, 1000);

  @Test
  void aStartInThePastIsReadFromHistoryWithTheStoresRevisionInTheHeader() {
    WatchFixture fixture = new WatchFixture();
    fixture.apply(put("a", "1"));
    fixture.apply(put("a", "2"));
    fixture.apply(put("b", "1"));
    Client client = fixture.watch("a", r -> r.setStartRevision(3));
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses).hasSize(1);
    assertThat(events(responses)).extracting(e -> e.getKv().getModRevision()).containsExactly(3L);
    assertThat(responses.get(0).getHeader().getRevision()).isEqualTo(4);
    assertThat(fixture.hub.stats().catchingUpWatchers()).isZero();
  }

  @Test
  void revisionsAppliedDuringTheReadComeOnceAndInOrder() {
    WatchFixture fixture = new WatchFixture();
    fixture.apply(put("a", "1"));
    int[] left = {3};
    fixture.store.duringRead(
        () -> {
          if (left[0]-- > 0) {
            fixture.apply(put("a", "during read"));
          }
        });
    Client client = fixture.watch("a", r -> r.setStartRevision(1));
    fixture.settle();
    fixture.apply(put("a", "after"));
    fixture.settle();
    assertThat(revisions(client.sink().take())).containsExactly(2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void aRevisionVisibleToReadersButNotYetHandedOverComesOnce() {
    WatchFixture fixture = new WatchFixture();
    RevisionEvents visible = fixture.store.commit(put("a", "1"));
    Client fromPast = fixture.watch("a", r -> r.setStartRevision(1));
    Client fromNow = fixture.watch("a", WatchFixture::plain);
    fixture.settle();
    fixture.hub.applied(List.of(visible));
    fixture.apply(put("a", "2"));
    fixture.settle();
    assertThat(revisions(fromPast.sink().take())).containsExactly(2L, 3L);
    assertThat(revisions(fromNow.sink().take())).containsExactly(3L);
  }

  @Test
  void aResponseHoldsAtMostSoManyRevisions() {
    WatchFixture fixture = new WatchFixture();
    for (int i = 0; i < 2500; i++) {
      fixture.apply(put("a", "" + i));
    }
    Client client = fixture.watch("a", r -> r.setStartRevision(1));
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses)
        .extracting(WatchResponse::getEventsCount)
        .containsExactly(1000, 1000, 500);
    assertThat(revisions(responses))
        .containsExactlyElementsOf(LongStream.range(2, 2502).boxed().toList());
  }

  @Test
  void manyWatchersThatResumeTogetherShareTheReads() {
    WatchFixture fixture = new WatchFixture();
    for (int i = 0; i < 50; i++) {
      fixture.apply(put("k" + i, "1"));
    }
    Client client = fixture.open();
    for (int i = 0; i < 50; i++) {
      int start = 2 + i;
      client.create("k" + i, r -> r.setStartRevision(start));
    }
    fixture.settle();
    assertThat(keys(client.sink().take())).hasSize(50);
    assertThat(fixture.store.reads()).isEqualTo(1);
  }

  @Test
  void oneWithMuchToReadDoesNotKeepTheOthersWaiting() {
    WatchFixture fixture = new WatchFixture(SMALL);
    for (int i = 0; i < 100; i++) {
      fixture.apply(put("a", "1"));
    }
    Client slow = fixture.watch("a", r -> r.setStartRevision(1));
    Client quick = fixture.watch("a", r -> r.setStartRevision(101));
    fixture.background.runOne();
    fixture.background.runOne();
    fixture.loop.runAll();
    assertThat(revisions(quick.sink().take())).containsExactly(101L);
    assertThat(revisions(slow.sink().take())).doesNotContain(101L);
  }

  @Test
  void aClientThatDoesNotReadCostsBoundedMemoryAndLosesNothing() {
    WatchFixture fixture = new WatchFixture(SMALL);
    Client client = fixture.watch("a", WatchFixture::plain);
    client.sink().allow(0);
    for (int i = 0; i < 500; i++) {
      fixture.apply(put("a", "value " + i));
      fixture.settle();
      assertThat(client.stream().queue().eventBytes()).isLessThanOrEqualTo(1600);
    }
    assertThat(fixture.store.reads()).as("no room, so no reading").isLessThan(5);
    assertThat(fixture.hub.stats().catchingUpWatchers()).isEqualTo(1);
    List<WatchResponse> responses = new ArrayList<>();
    while (fixture.hub.stats().catchingUpWatchers() > 0) {
      responses.addAll(readOne(fixture, client));
    }
    fixture.apply(put("a", "live again"));
    client.sink().allow(1000);
    client.stream().onReady();
    fixture.settle();
    responses.addAll(client.sink().take());
    assertThat(revisions(responses))
        .containsExactlyElementsOf(LongStream.range(2, 503).boxed().toList());
  }

  private static List<WatchResponse> readOne(WatchFixture fixture, Client client) {
    client.sink().allow(1);
    client.stream().onReady();
    fixture.settle();
    List<WatchResponse> read = client.sink().take();
    assertThat(read).as("there is always something to read while it is behind").hasSize(1);
    return read;
  }

  @Test
  void aSlowStreamDoesNotHoldBackAnother() {
    WatchFixture fixture = new WatchFixture(SMALL);
    Client stalled = fixture.watch("a", WatchFixture::plain);
    Client reading = fixture.watch("a", WatchFixture::plain);
    stalled.sink().allow(0);
    for (int i = 0; i < 100; i++) {
      fixture.apply(put("a", "value " + i));
      fixture.settle();
    }
    assertThat(revisions(reading.sink().take())).hasSize(100);
  }

  @Test
  void aSlowClientGetsJoinedRevisionsInOneResponse() {
    WatchFixture fixture = new WatchFixture();
    Client client = fixture.watch("a", WatchFixture::plain);
    for (int i = 0; i < 20; i++) {
      fixture.apply(put("a", "1"));
    }
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses).hasSize(1);
    assertThat(responses.get(0).getEventsCount()).isEqualTo(20);
    assertThat(responses.get(0).getHeader().getRevision()).isEqualTo(21);
  }

  @Test
  void aCompactedStartIsCreatedAndThenCanceledWithTheCompactRevision() {
    WatchFixture fixture = new WatchFixture();
    for (int i = 0; i < 10; i++) {
      fixture.apply(put("a", "1"));
    }
    fixture.store.compact(6);
    Client client = fixture.open();
    client.create("a", r -> r.setStartRevision(5));
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses).hasSize(2);
    assertThat(responses.get(0).getCreated()).isTrue();
    assertThat(responses.get(0).getCanceled()).isFalse();
    assertThat(responses.get(0).getHeader().getRevision()).isEqualTo(11);
    WatchResponse canceled = responses.get(1);
    assertThat(canceled.getCreated()).isFalse();
    assertThat(canceled.getCanceled()).isTrue();
    assertThat(canceled.getCompactRevision()).isEqualTo(6);
    assertThat(canceled.getCancelReason()).isEmpty();
    assertThat(canceled.getHeader().getRevision()).isZero();
    assertThat(canceled.getHeader().getClusterId()).isEqualTo(WatchFixture.CLUSTER_ID);
    assertThat(fixture.hub.stats().watchers()).isZero();
  }

  @Test
  void aStartAtTheCompactRevisionGetsTheDeleteThatHappenedThere() {
    WatchFixture fixture = new WatchFixture();
    fixture.apply(put("a", "1"));
    fixture.apply(delete("a"));
    fixture.apply(put("b", "1"));
    fixture.store.compact(3);
    Client client = fixture.watch("a", r -> r.setStartRevision(3).setPrevKv(true));
    fixture.settle();
    List<Event> events = events(client.sink().take());
    assertThat(events).hasSize(1);
    assertThat(events.get(0).getType()).isEqualTo(EventType.DELETE);
    assertThat(events.get(0).getPrevKv().getValue()).isEqualTo(WatchFixture.bytes("1"));
  }

  @Test
  void oneCompactedStartDoesNotTakeItsNeighboursAlong() {
    WatchFixture fixture = new WatchFixture();
    for (int i = 0; i < 10; i++) {
      fixture.apply(put("a", "1"));
    }
    fixture.store.compact(6);
    Client client = fixture.open();
    client.create("a", r -> r.setStartRevision(5));
    client.create("a", r -> r.setStartRevision(6));
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses.stream().filter(WatchResponse::getCanceled))
        .extracting(WatchResponse::getWatchId)
        .containsExactly(0L);
    assertThat(revisions(responses)).containsExactly(6L, 7L, 8L, 9L, 10L, 11L);
  }

  @Test
  void aSlowWatcherWhosePastIsCompactedIsToldSo() {
    WatchFixture fixture = new WatchFixture(SMALL);
    Client client = fixture.watch("a", WatchFixture::plain);
    client.sink().allow(0);
    for (int i = 0; i < 100; i++) {
      fixture.apply(put("a", "value " + i));
    }
    fixture.store.compact(90);
    client.sink().allow(1000);
    client.stream().onReady();
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    WatchResponse last = responses.get(responses.size() - 1);
    assertThat(last.getCanceled()).isTrue();
    assertThat(last.getCompactRevision()).isEqualTo(90);
    List<Long> delivered = revisions(responses);
    assertThat(delivered)
        .containsExactlyElementsOf(LongStream.range(2, 2 + delivered.size()).boxed().toList());
  }

  @Test
  void aFutureStartYieldsNothingEarlier() {
    WatchFixture fixture = new WatchFixture();
    Client client = fixture.watch("", r -> all(r).setStartRevision(5).setProgressNotify(true));
    for (int i = 0; i < 3; i++) {
      fixture.apply(put("a", "" + i));
      client.askProgress();
      fixture.timer.advance(660_001);
      fixture.settle();
    }
    assertThat(client.sink().take()).as("the store is at 4").isEmpty();
    fixture.apply(put("a", "5"));
    fixture.settle();
    assertThat(revisions(client.sink().take())).containsExactly(5L);
  }

  @Test
  void aJumpOfTheStoreIsReadFromHistory() {
    WatchFixture fixture = new WatchFixture();
    Client client = fixture.watch("a", WatchFixture::plain);
    Client future = fixture.watch("a", r -> r.setStartRevision(6));
    fixture.apply(put("a", "2"));
    fixture.store.commit(put("a", "3"));
    fixture.store.commit(put("a", "4"));
    fixture.hub.historyReplaced();
    fixture.store.commit(put("a", "5"));
    fixture.apply(put("a", "6"));
    fixture.settle();
    assertThat(revisions(client.sink().take())).containsExactly(2L, 3L, 4L, 5L, 6L);
    assertThat(revisions(future.sink().take())).containsExactly(6L);
  }

  @Test
  void aReplayOfRevisionsAlreadyHandedOverIsSkipped() {
    WatchFixture fixture = new WatchFixture();
    Client client = fixture.watch("a", WatchFixture::plain);
    RevisionEvents two = fixture.apply(put("a", "2"));
    fixture.hub.applied(List.of(two));
    fixture.settle();
    assertThat(revisions(client.sink().take())).containsExactly(2L);
  }

  @Test
  void unreadableHistoryEndsTheStreamSoThatItsClientResumesElsewhere() {
    WatchFixture fixture = new WatchFixture();
    fixture.apply(put("a", "1"));
    fixture.store.failWith(new IllegalStateException("bad block"));
    Client client = fixture.watch("a", r -> r.setStartRevision(1));
    Client healthy = fixture.watch("a", WatchFixture::plain);
    fixture.settle();
    assertThat(client.sink().status().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(healthy.sink().status()).isNull();
    fixture.apply(put("a", "2"));
    fixture.settle();
    assertThat(revisions(healthy.sink().take())).containsExactly(3L);
  }

  @Test
  void cancelDuringTheReadSendsNothingAfterTheReply() {
    WatchFixture fixture = new WatchFixture();
    fixture.apply(put("a", "1"));
    Client client = fixture.watch("a", r -> r.setStartRevision(1));
    fixture.store.duringRead(() -> client.cancel(0));
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses).hasSize(1);
    assertThat(responses.get(0).getCanceled()).isTrue();
  }

  private static List<Long> revisions(List<WatchResponse> responses) {
    return events(responses).stream().map(e -> e.getKv().getModRevision()).toList();
  }
}
