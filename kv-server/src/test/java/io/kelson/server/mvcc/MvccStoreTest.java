package io.kelson.server.mvcc;

import static io.kelson.server.apply.TestBed.putRequest;
import static io.kelson.server.apply.TestBed.rangeRequest;
import static io.kelson.server.apply.TestBed.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.api.CompactionRequest;
import io.kelson.raft.core.LogPosition;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBatch;

/** Opening, closing, sizes, hashes and the reading of events. */
class MvccStoreTest {
  private static final MvccOptions OPTIONS = MvccOptions.defaults(TestBed.CLUSTER);

  @TempDir Path directory;

  @Test
  void newStoreIsEmptyAndItsDirectoryPrivate() throws Exception {
    Path path = directory.resolve("deep").resolve("store");
    try (MvccStore store = MvccStore.open(path, OPTIONS)) {
      assertThat(store.applied()).isEqualTo(LogPosition.ZERO);
      assertThat(store.durablyApplied()).isEqualTo(LogPosition.ZERO);
      assertThat(store.currentRevision()).isEqualTo(1);
      assertThat(store.compactRevision()).isNegative();
      assertThat(store.read(0, 100, 10, 10)).isEmpty();
      assertThat(store.sizeBytes()).isPositive();
      assertThat(store.sizeInUseBytes()).isPositive();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void closingFlushes() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("a", "1");
      assertThat(bed.store.durablyApplied()).isEqualTo(LogPosition.ZERO);
    }
    try (TestBed bed = new TestBed(directory)) {
      assertThat(bed.store.applied().index()).isEqualTo(1);
      assertThat(bed.store.durablyApplied()).isEqualTo(bed.store.applied());
      assertThat(bed.revision()).isEqualTo(2);
    }
  }

  @Test
  void flushSaysHowFarItReaches() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("a", "1");
      assertThat(bed.store.flush()).isEqualTo(new LogPosition(TestBed.TERM, 1));
      bed.put("a", "2");
      assertThat(bed.store.durablyApplied()).isEqualTo(new LogPosition(TestBed.TERM, 1));
      assertThat(bed.store.applied()).isEqualTo(new LogPosition(TestBed.TERM, 2));
    }
  }

  @Test
  void settlingFlushesOnlyWhatStartWouldTakeLongToApplyAgain() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("a", "1");
      assertThat(bed.store.settle()).as("not worth it").isEqualTo(LogPosition.ZERO);
      for (int i = 0; i < MvccStore.ROWS_WORTH_FLUSHING / 2; i++) {
        bed.put("a", "1");
      }
      assertThat(bed.store.settle()).isEqualTo(bed.store.applied());
      assertThat(bed.store.durablyApplied()).isEqualTo(bed.store.applied());
      LogPosition durable = bed.store.durablyApplied();
      bed.put("a", "2");
      assertThat(bed.store.settle()).as("a few more").isEqualTo(durable);
    }
  }

  @Test
  void foreignFilesAreLeftAlone() throws Exception {
    Files.writeString(directory.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> MvccStore.open(directory, OPTIONS))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("notes.txt")
        .hasMessageContaining("name another directory");
    assertThat(directory).isDirectoryContaining(path -> path.endsWith("notes.txt"));
  }

  @Test
  void foreignDatabaseIsRefused() throws Exception {
    try (Options options = new Options().setCreateIfMissing(true);
        RocksDB db = RocksDB.open(options, directory.toString())) {
      db.put(new byte[] {1}, new byte[] {2});
    }
    assertThatThrownBy(() -> MvccStore.open(directory, OPTIONS))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("something other than a Kelson store");
  }

  @Test
  void anotherClustersStoreIsRefused() {
    MvccStore.open(directory, OPTIONS).close();
    assertThatThrownBy(() -> MvccStore.open(directory, MvccOptions.defaults(0xbeef)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("belongs to cluster c1, not to beef");
    MvccStore.open(directory, OPTIONS).close();
  }

  @Test
  void newerFormatIsRefused() throws Exception {
    try (Database database =
            Database.open(directory, OPTIONS, new StoreRoom(StoreRoom.Listener.NONE));
        WriteBatch writes = new WriteBatch()) {
      byte[] newer = Layout.format();
      newer[newer.length - 1]++;
      writes.put(database.meta(), Layout.FORMAT, newer);
      database.write(writes);
      assertThat(database.maybeFlush()).isTrue();
    }
    assertThatThrownBy(() -> MvccStore.open(directory, OPTIONS))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("store format " + (Layout.FORMAT_VERSION + 1))
        .hasMessageContaining("start the version that wrote it");
  }

  @Test
  void damagedFilesAreNotReadAsEmpty() throws Exception {
    MvccStore.open(directory, OPTIONS).close();
    try (var children = Files.list(directory)) {
      Path manifest =
          children.filter(path -> path.toString().contains("MANIFEST")).findFirst().orElseThrow();
      Files.write(manifest, new byte[] {1, 2, 3});
    }
    assertThatThrownBy(() -> MvccStore.open(directory, OPTIONS))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("kelson repair");
  }

  @Test
  void eventsAreReadUpToEitherBound() {
    try (TestBed bed = new TestBed(directory)) {
      for (int i = 0; i < 10; i++) {
        bed.add(request(putRequest("key", "x".repeat(100))));
      }
      bed.apply();
      assertThat(revisions(bed.store.read(4, 8, 100, 1 << 20))).containsExactly(4L, 5L, 6L, 7L);
      assertThat(revisions(bed.store.read(0, 100, 3, 1 << 20))).containsExactly(2L, 3L, 4L);
      assertThat(revisions(bed.store.read(2, 100, 100, 1))).containsExactly(2L);
      assertThat(revisions(bed.store.read(3, 100, 100, 500))).containsExactly(3L, 4L, 5L);
      assertThat(bed.store.read(12, 100, 100, 500)).isEmpty();
      assertThat(bed.store.read(5, 5, 100, 500)).isEmpty();
      assertThat(bed.store.read(2, 100, 0, 500)).isEmpty();
    }
  }

  /** RocksDB comes back from a flush when the one before it ends. */
  @Test
  void aFlushWaitsForItsOwnThoughAnotherIsUnderWay() {
    String value = "v".repeat(1_000);
    for (int attempt = 0; attempt < 5; attempt++) {
      Path path = directory.resolve("attempt" + attempt);
      try (TestBed bed = new TestBed(path, OPTIONS.withMemtableBytes(64 * 1024))) {
        for (int i = 0; i < 500; i++) {
          bed.add(TestBed.request(TestBed.putRequest("key" + i, value)));
          if (i % 50 == 49) {
            bed.apply();
          }
        }
        // All but its own few bytes are being flushed already.
        bed.one(
            InternalRequest.newBuilder()
                .setCompaction(CompactionRequest.newBuilder().setRevision(400)));
        assertThat(bed.store.flush()).isEqualTo(bed.store.applied());
      }
    }
  }

  private static List<Long> revisions(List<RevisionEvents> read) {
    return read.stream().map(RevisionEvents::revision).toList();
  }

  @Test
  void purgingLeavesWhatCanStillBeReadAndNothingElse() {
    try (TestBed bed = new TestBed(directory)) {
      for (int i = 0; i < 10; i++) {
        bed.put("kept", "1");
        bed.put("gone", "1");
        bed.delete("gone", "");
      }
      bed.put("kept", "2");
      List<RevisionEvents> last = bed.store.read(32, 33, 9, 99);
      assertThat(bed.store.purgeCompacted(9)).as("nothing was compacted").isFalse();
      bed.one(
          InternalRequest.newBuilder()
              .setCompaction(CompactionRequest.newBuilder().setRevision(32)));
      long hash = bed.store.hashKv(0);
      int steps = 1;
      while (bed.store.purgeCompacted(9)) {
        steps++;
      }
      // Thirty events are read, nine a step, and what they leave behind is removed, nine a step.
      assertThat(steps).isEqualTo(7);
      assertThat(bed.store.records(Database::rev)).isEqualTo(1);
      // The pair before the newest event: a watcher may still ask for it.
      assertThat(bed.store.records(Database::hist)).isEqualTo(1);
      assertThat(bed.store.records(Database::cur)).isEqualTo(1);
      assertThat(bed.store.read(32, 33, 9, 99)).isEqualTo(last);
      assertThat(last.get(0).events().get(0).getPrevKv().getVersion()).isEqualTo(10);
      assertThat(bed.store.hashKv(0)).isEqualTo(hash);
    }
  }

  @Test
  void hashOfAnOldRevisionStaysTheSame() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("a", "1");
      bed.put("b", "1");
      long atThree = bed.store.hashKv(0);
      bed.put("a", "2");
      bed.delete("b", "");
      assertThat(bed.store.hashKv(3)).isEqualTo(atThree);
      assertThat(bed.store.hashKv(0)).isNotEqualTo(atThree);
      assertThat(bed.store.hashKv(5)).isEqualTo(bed.store.hashKv(0));
      assertThatThrownBy(() -> bed.store.hashKv(6)).isInstanceOf(FutureRevisionException.class);
    }
  }

  @Test
  void rangeThatEndsBeforeItBeginsIsEmpty() {
    try (TestBed bed = new TestBed(directory)) {
      bed.put("b", "1");
      assertThat(bed.range(rangeRequest("c", "a"))).isEqualTo(RangeResult.EMPTY);
      assertThat(bed.range(rangeRequest("b", "b"))).isEqualTo(RangeResult.EMPTY);
      assertThat(bed.range(rangeRequest("b", "b\0")).count()).isEqualTo(1);
      assertThat(bed.range(rangeRequest("b", "").setRevision(-5)).count()).isEqualTo(1);
      assertThat(bed.range(rangeRequest("b", "").setLimit(-5)).kvs()).hasSize(1);
    }
  }
}
