package io.kelson.server.watch;

import static io.kelson.server.apply.TestBed.deleteOp;
import static io.kelson.server.apply.TestBed.op;
import static io.kelson.server.apply.TestBed.putRequest;
import static io.kelson.server.watch.FakeStore.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.CompactionRequest;
import io.kelson.api.TxnRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.Event.EventType;
import io.kelson.server.apply.TestBed;
import io.kelson.server.mvcc.EventHistory;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.watch.WatchFixture.Client;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bugs that etcd's watches had, by the number of their issue at github.com/etcd-io/etcd. The table
 * in docs/RELIABILITY.md names them all, with the tests elsewhere.
 */
class EtcdBugsTest {
  private static final int WATCHES = 40;
  private static final WatchOptions SMALL =
      new WatchOptions(600_000, 1 << 20, 2000, 10, 600, 8, 1000);

  @TempDir Path directory;

  private static List<Long> revisions(List<WatchResponse> responses) {
    return WatchStreamTest.events(responses).stream()
        .map(event -> event.getKv().getModRevision())
        .toList();
  }

  private static List<Long> between(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  /** No response may say that a watch has heard everything up to a revision that comes later. */
  private static void assertNothingAfterItsProgress(List<WatchResponse> responses) {
    long promised = 0;
    for (WatchResponse response : responses) {
      if (response.getEventsCount() == 0) {
        promised = Math.max(promised, response.getHeader().getRevision());
      }
      for (Event event : response.getEventsList()) {
        assertThat(event.getKv().getModRevision()).isGreaterThan(promised);
      }
    }
  }

  /** Progress up to a revision was reported before the events of that revision. */
  @Test
  void issue15220ProgressComesAfterTheEventsItSpeaksOf() {
    WatchFixture fixture = new WatchFixture(SMALL);
    for (int i = 2; i <= 60; i++) {
      fixture.apply(put("a", "past " + i));
    }
    Client client = fixture.watch("a", r -> r.setStartRevision(2).setProgressNotify(true));
    List<WatchResponse> heard = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      client.askProgress();
      fixture.background.runOne();
      RevisionEvents visible = fixture.store.commit(put("a", "live " + i));
      client.askProgress();
      fixture.loop.runAll();
      heard.addAll(client.sink().take());
      fixture.hub.applied(List.of(visible));
      fixture.timer.advance(660_001);
    }
    fixture.settle();
    client.askProgress();
    fixture.settle();
    heard.addAll(client.sink().take());
    assertNothingAfterItsProgress(heard);
    assertThat(revisions(heard)).isEqualTo(between(2, 100));
    WatchResponse last = heard.get(heard.size() - 1);
    assertThat(last.getEventsCount()).isZero();
    assertThat(last.getHeader().getRevision()).isEqualTo(100);
  }

  /**
   * A client resumed on a member that was behind, and got what it had seen once its snapshot came.
   */
  @Test
  void issue15271NothingEarlierAfterASnapshotOnAMemberThatWasBehind() {
    WatchFixture fixture = new WatchFixture();
    fixture.apply(put("a", "2"));
    fixture.apply(put("a", "3"));
    Client resumed = fixture.watch("a", r -> r.setStartRevision(7).setProgressNotify(true));
    Client stayed = fixture.watch("a", WatchFixture::plain);
    for (int i = 4; i <= 9; i++) {
      fixture.store.commit(put("a", "" + i));
    }
    fixture.hub.historyReplaced();
    fixture.settle();
    fixture.apply(put("a", "10"));
    fixture.settle();
    List<WatchResponse> heard = resumed.sink().take();
    assertThat(revisions(heard)).isEqualTo(between(7, 10));
    assertThat(heard).allMatch(response -> response.getHeader().getRevision() >= 7);
    assertThat(revisions(stayed.sink().take())).isEqualTo(between(4, 10));
  }

  /** Reading history met a write half in a buffer and half in the database, and took it twice. */
  @Test
  void issue17247EventsOfATxnComeOnceWhileHistoryIsRead() {
    try (TestBed bed = new TestBed(directory)) {
      WatchesOfStore watches = new WatchesOfStore(bed, WatchOptions.DEFAULT);
      for (int i = 0; i < 5; i++) {
        txn(bed, "past " + i);
      }
      watches.handOver();
      int[] left = {8};
      watches.aroundRead =
          () -> {
            if (left[0]-- > 0) {
              txn(bed, "during " + left[0]);
              if (left[0] % 2 == 0) {
                watches.handOver();
              }
            }
          };
      FakeSink sink = watches.watch("a", "z", 2);
      watches.settle();
      watches.handOver();
      watches.settle();
      List<String> heard =
          WatchStreamTest.events(sink.take()).stream()
              .map(e -> e.getKv().getModRevision() + e.getKv().getKey().toStringUtf8())
              .toList();
      List<String> happened = new ArrayList<>();
      for (long revision = 2; revision <= bed.revision(); revision++) {
        happened.add(revision + "a");
        happened.add(revision + "b");
      }
      assertThat(bed.revision()).isGreaterThan(10);
      assertThat(heard).isEqualTo(happened);
    }
  }

  private static void txn(TestBed bed, String value) {
    bed.txn(
        TxnRequest.newBuilder()
            .addSuccess(op(putRequest("a", value)))
            .addSuccess(op(putRequest("b", value))));
  }

  /** A full stream with many watches skipped events that were compacted before it was read. */
  @Test
  void issue17529AStarvedStreamHasNoGapsAndAWatchThatCannotGoOnIsToldSo() {
    WatchFixture fixture = new WatchFixture(SMALL);
    Client client = fixture.open();
    for (int i = 0; i < WATCHES; i++) {
      client.create("a", r -> r.setPrevKv(true));
    }
    for (int i = 0; i < WATCHES; i++) {
      client.create("quiet", r -> r.setPrevKv(true));
    }
    fixture.settle();
    assertThat(client.sink().take()).hasSize(2 * WATCHES);
    client.sink().allow(0);
    long last = 1;
    List<WatchResponse> heard = new ArrayList<>();
    for (int round = 1; round <= 5; round++) {
      for (int i = 0; i < 60; i++) {
        last = fixture.apply(put("a", "value " + i)).revision();
        fixture.background.runOne();
      }
      client.sink().allow(25);
      client.stream().onReady();
      fixture.settle();
      client.sink().allow(0);
      heard.addAll(client.sink().take());
    }
    fixture.store.compact(last - 20);
    client.sink().allow(Integer.MAX_VALUE);
    client.stream().onReady();
    fixture.settle();
    fixture.apply(put("a", "end"), put("quiet", "end"));
    fixture.settle();
    heard.addAll(client.sink().take());
    assertNoGaps(heard, last - 20);
    assertThat(heard.stream().filter(WatchResponse::getCanceled))
        .as("nobody starved: the test shows nothing")
        .isNotEmpty()
        .allMatch(response -> response.getCompactRevision() == last(heard) - 21);
    assertThat(heard.stream().filter(response -> response.getWatchId() >= WATCHES))
        .as("watches of a key that was quiet")
        .hasSize(WATCHES)
        .allSatisfy(
            response -> assertThat(revisions(List.of(response))).containsExactly(last(heard)));
  }

  /** Watches of "a" heard every revision from 2 to the newest, or to where they were canceled. */
  private static void assertNoGaps(List<WatchResponse> heard, long compactRevision) {
    Map<Long, Long> reached = new HashMap<>();
    Set<Long> canceled = new HashSet<>();
    for (WatchResponse response : heard) {
      long id = response.getWatchId();
      assertThat(canceled).doesNotContain(id);
      if (id < WATCHES) {
        for (Event event : response.getEventsList()) {
          long before = reached.getOrDefault(id, 1L);
          assertThat(event.getKv().getModRevision()).isEqualTo(before + 1);
          reached.put(id, before + 1);
        }
        if (response.getCanceled()) {
          assertThat(reached.getOrDefault(id, 1L)).isLessThan(compactRevision);
          canceled.add(id);
        }
      }
    }
    reached.keySet().removeAll(canceled);
    assertThat(reached).hasSize(WATCHES - canceled.size());
    assertThat(reached.values()).allMatch(revision -> revision == last(heard));
  }

  /** The newest revision that any event is of. */
  private static long last(List<WatchResponse> heard) {
    return revisions(heard).stream().mapToLong(Long::longValue).max().orElseThrow();
  }

  /** A watch opened at the compact revision did not hear of the deletes of that revision. */
  @Test
  void issues18089And19179AWatchFromTheCompactRevisionHearsItsDeletes() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("a", "1");
      bed.put("b", "1");
      bed.txn(TxnRequest.newBuilder().addSuccess(deleteOp("a", "")).addSuccess(deleteOp("b", "")));
      bed.one(
          InternalRequest.newBuilder()
              .setCompaction(CompactionRequest.newBuilder().setRevision(4)));
      WatchesOfStore watches = new WatchesOfStore(bed, WatchOptions.DEFAULT);
      FakeSink early = watches.watch("a", "z", 4);
      watches.settle();
      while (bed.store.purgeCompacted(1)) {
        assertThat(bed.store.compactRevision()).isEqualTo(4);
      }
      FakeSink late = watches.watch("a", "z", 4);
      FakeSink tooEarly = watches.watch("a", "z", 3);
      watches.settle();
      for (FakeSink sink : List.of(early, late)) {
        assertThat(WatchStreamTest.events(sink.take()))
            .extracting(e -> e.getType() + " " + e.getKv().getKey().toStringUtf8())
            .containsExactly(EventType.DELETE + " a", EventType.DELETE + " b");
      }
      assertThat(tooEarly.take())
          .last()
          .satisfies(response -> assertThat(response.getCompactRevision()).isEqualTo(4));
    }
  }

  /** A watch from a revision to come heard of earlier ones: by events and by progress. */
  @Test
  void issue20221AFutureWatchHearsNothingOfThePastNotEvenAfterASnapshot() {
    WatchFixture fixture = new WatchFixture();
    fixture.apply(put("a", "2"));
    Client client = fixture.watch("a", r -> r.setStartRevision(9).setProgressNotify(true));
    for (int jump = 0; jump < 2; jump++) {
      fixture.store.commit(put("a", "in a snapshot"));
      fixture.store.commit(put("a", "in a snapshot"));
      fixture.hub.historyReplaced();
      client.askProgress();
      fixture.timer.advance(660_001);
      fixture.settle();
      fixture.apply(put("a", "live"));
      fixture.settle();
    }
    assertThat(fixture.store.currentRevision()).isEqualTo(8);
    assertThat(client.sink().take()).isEmpty();
    fixture.apply(put("a", "9"));
    fixture.settle();
    assertThat(revisions(client.sink().take())).containsExactly(9L);
    client.askProgress();
    fixture.settle();
    assertThat(client.sink().take())
        .singleElement()
        .satisfies(response -> assertThat(response.getHeader().getRevision()).isEqualTo(9));
  }

  /** A hub over a real store; what is applied reaches it when a test says so. */
  private static final class WatchesOfStore {
    private final TestBed bed;
    private final ManualExecutor executor = new ManualExecutor();
    private final WatchHub hub;
    private int handedOver;
    Runnable aroundRead = () -> {};

    WatchesOfStore(TestBed bed, WatchOptions options) {
      this.bed = bed;
      hub =
          new WatchHub(
              new EventHistory() {
                @Override
                public long currentRevision() {
                  return bed.store.currentRevision();
                }

                @Override
                public long compactRevision() {
                  return bed.store.compactRevision();
                }

                @Override
                public List<RevisionEvents> read(
                    long lo, long hi, int maxRevisions, long maxBytes) {
                  aroundRead.run();
                  List<RevisionEvents> read = bed.store.read(lo, hi, maxRevisions, maxBytes);
                  aroundRead.run();
                  return read;
                }
              },
              options,
              WatchFixture::header,
              executor,
              new FakeTimer(),
              new Random(1));
      handedOver = bed.events.size();
    }

    /** Tells the hub what was applied since the last time. */
    void handOver() {
      List<RevisionEvents> fresh = List.copyOf(bed.events.subList(handedOver, bed.events.size()));
      handedOver = bed.events.size();
      hub.applied(fresh);
    }

    FakeSink watch(String key, String end, long start) {
      FakeSink sink = new FakeSink();
      hub.open(sink, executor, WatchAuthorizer.ALLOW_ALL, false)
          .request(
              WatchFixture.createRequest(
                  key, r -> r.setRangeEnd(WatchFixture.bytes(end)).setStartRevision(start)));
      return sink;
    }

    void settle() {
      executor.runAll();
    }
  }
}
