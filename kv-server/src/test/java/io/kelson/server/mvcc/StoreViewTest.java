package io.kelson.server.mvcc;

import static io.kelson.server.apply.TestBed.op;
import static io.kelson.server.apply.TestBed.putRequest;
import static io.kelson.server.apply.TestBed.rangeRequest;
import static io.kelson.server.apply.TestBed.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.api.CompactionRequest;
import io.kelson.api.TxnRequest;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a view shows, and how long. */
class StoreViewTest {
  @TempDir Path directory;

  @Test
  void viewDoesNotSeeLaterWrites() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("a", "1");
      try (StoreView view = bed.store.acquireView()) {
        bed.put("a", "2");
        bed.put("b", "1");
        bed.store.flush();
        assertThat(view.revision()).isEqualTo(2);
        assertThat(view.get(utf8("a")).getValue()).isEqualTo(utf8("1"));
        assertThat(view.range(rangeRequest("a", "z").build()).count()).isEqualTo(1);
        assertThatThrownBy(() -> view.range(rangeRequest("a", "").setRevision(3).build()))
            .isInstanceOf(FutureRevisionException.class);
      }
      assertThat(bed.range(rangeRequest("a", "z")).count()).isEqualTo(2);
    }
  }

  @Test
  void groupThatChangesNothingKeepsTheView() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("a", "1");
      try (StoreView before = bed.store.acquireView()) {
        bed.delete("nothing", "");
        try (StoreView after = bed.store.acquireView()) {
          assertThat(after).isSameAs(before);
        }
      }
    }
  }

  @Test
  void viewOutlivesTheStoreAndTheFilesCloseWithIt() {
    TestBed bed = new TestBed(directory);
    bed.put("a", "1");
    StoreView view = bed.store.acquireView();
    bed.close();
    assertThat(view.get(utf8("a")).getValue()).isEqualTo(utf8("1"));
    assertThatThrownBy(() -> bed.store.acquireView()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> bed.store.sizeBytes()).isInstanceOf(IllegalStateException.class);
    MvccOptions options = MvccOptions.defaults(TestBed.CLUSTER);
    assertThatThrownBy(() -> MvccStore.open(directory, options))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("no other process uses it");
    view.close();
    MvccStore.open(directory, options).close();
  }

  @Test
  void closingAViewTwiceIsABug() {
    try (TestBed bed = new TestBed(directory)) {
      StoreView view = bed.store.acquireView();
      bed.put("a", "1");
      view.close();
      assertThatThrownBy(view::close).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void coldKeyIsNotReadOnAnEventLoop() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("a", "1");
    }
    try (TestBed bed = new TestBed(directory);
        StoreView view = bed.store.acquireView()) {
      var request = rangeRequest("a", "").build();
      assertThat(view.maybeRangeInMemory(request)).isEmpty();
      RangeResult found = view.range(request);
      assertThat(found.count()).isEqualTo(1);
      assertThat(view.maybeRangeInMemory(request)).isEqualTo(Optional.of(found));
      assertThat(view.maybeRangeInMemory(rangeRequest("a", "b").build())).isEmpty();
      assertThatThrownBy(
              () -> view.maybeRangeInMemory(rangeRequest("a", "").setRevision(9).build()))
          .isInstanceOf(FutureRevisionException.class);
    }
  }

  @Test
  void readersBesideTheWriterSeeWholeTransactionsInOrder() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    AtomicBoolean done = new AtomicBoolean();
    try (TestBed bed = new TestBed(directory)) {
      putBoth(bed, 0);
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(threads.submit(() -> readWhile(bed.store, done)));
      }
      for (int i = 1; i <= 2000; i++) {
        putBoth(bed, i);
      }
      done.set(true);
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
    // Had a reference leaked, the files would still be locked.
    MvccStore.open(directory, MvccOptions.defaults(TestBed.CLUSTER)).close();
  }

  @Test
  void purgingBesideTheWriterNeverTakesWhatAWatcherMayAskFor() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    AtomicBoolean done = new AtomicBoolean();
    try (TestBed bed = new TestBed(directory)) {
      putBoth(bed, 0);
      Future<Long> purge =
          threads.submit(() -> repeatUntil(done, () -> bed.store.purgeCompacted(3)));
      Future<Long> watcher = threads.submit(() -> repeatUntil(done, () -> readOldest(bed.store)));
      for (int i = 1; i <= 1500; i++) {
        putBoth(bed, i);
        if (i % 20 == 0) {
          bed.one(
              InternalRequest.newBuilder()
                  .setCompaction(CompactionRequest.newBuilder().setRevision(bed.revision() - 5)));
        }
      }
      done.set(true);
      assertThat(purge.get()).isPositive();
      assertThat(watcher.get()).isPositive();
      while (bed.store.purgeCompacted(1000)) {
        readOldest(bed.store);
      }
      assertThat(bed.store.records(Database::rev))
          .isEqualTo(2 * (bed.revision() - bed.store.compactRevision() + 1));
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
  }

  private static long repeatUntil(AtomicBoolean done, Runnable action) {
    long times = 0;
    while (!done.get()) {
      action.run();
      times++;
    }
    return times;
  }

  /** Reads the oldest events and the state between them; both must be whole. */
  private static void readOldest(MvccStore store) {
    try (StoreView view = store.acquireView()) {
      long oldest = Math.max(2, view.compactRevision());
      try (EventReader events = view.events(oldest, oldest + 3)) {
        while (events.advance()) {
          var event = events.event();
          assertThat(event.hasPrevKv()).isEqualTo(event.getKv().getVersion() > 1);
        }
      }
      RangeResult state = view.range(rangeRequest("a", "c").setRevision(oldest).build());
      assertThat(state.count()).isEqualTo(2);
      assertThat(state.kvs()).allMatch(pair -> pair.getModRevision() == oldest);
    }
  }

  private static void putBoth(TestBed bed, int number) {
    String value = Integer.toString(number);
    bed.txn(
        TxnRequest.newBuilder()
            .addSuccess(op(putRequest("a", value)))
            .addSuccess(op(putRequest("b", value))));
  }

  private static Long readWhile(MvccStore store, AtomicBoolean done) {
    long reads = 0;
    long last = 0;
    while (!done.get()) {
      try (StoreView view = store.acquireView()) {
        assertThat(view.revision()).isGreaterThanOrEqualTo(last);
        last = view.revision();
        var a = view.get(utf8("a"));
        assertThat(a.getModRevision()).isEqualTo(view.revision());
        assertThat(view.get(utf8("b")).getValue()).isEqualTo(a.getValue());
        reads++;
      }
    }
    return reads;
  }
}
