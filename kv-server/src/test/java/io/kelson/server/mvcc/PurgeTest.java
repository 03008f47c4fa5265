package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.CompactionRequest;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.RangeRequest;
import io.kelson.raft.core.Entry;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Removing compacted history: what stays, what a crash does to it, and what the disk gets back. */
class PurgeTest {
  /** Few, so that the events of a script are more than one run, and runs many steps. */
  private static final int EVENTS_PER_STEP = 2;

  @TempDir Path directory;

  private static TestBed open(Path path) {
    return new TestBed(path, MvccOptions.defaults(TestBed.CLUSTER).withMemtableBytes(64 * 1024));
  }

  private static Entry compaction(long index, long revision) {
    return TestBed.entry(
        index,
        InternalRequest.newBuilder()
            .setCompaction(CompactionRequest.newBuilder().setRevision(revision)));
  }

  private static List<Long> hashes(MvccStore store) {
    List<Long> hashes = new ArrayList<>();
    for (long revision = store.compactRevision(); revision <= store.currentRevision(); revision++) {
      hashes.add(store.hashKv(revision));
    }
    return hashes;
  }

  /** Every fourth prefix of the steps, then a crash, then everything that is left. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aCrashBetweenAnyTwoStepsChangesNothing(long seed) {
    List<Entry> entries = new ArrayList<>(EntryScript.entries(seed, 240, 300));
    long purgedState;
    List<Long> hashes;
    int steps = 0;
    try (TestBed reference = open(directory.resolve("reference"))) {
      reference.applier.apply(entries);
      Entry compaction = compaction(entries.size() + 1, reference.revision() - 15);
      reference.applier.apply(List.of(compaction));
      entries.add(compaction);
      hashes = hashes(reference.store);
      while (reference.store.purgeCompacted(EVENTS_PER_STEP)) {
        steps++;
        assertThat(hashes(reference.store)).isEqualTo(hashes);
      }
      purgedState = reference.store.stateHash();
    }
    assertThat(steps).as("one step leaves nothing to crash between").isGreaterThan(60);
    Random random = new Random(seed);
    for (int crashAfter = 0; crashAfter <= steps; crashAfter += 4) {
      crashAndFinish(
          directory.resolve("crash" + crashAfter),
          entries,
          crashAfter,
          random,
          hashes,
          purgedState);
    }
  }

  private static void crashAndFinish(
      Path path,
      List<Entry> entries,
      int crashAfter,
      Random random,
      List<Long> hashes,
      long purgedState) {
    TestBed bed = open(path);
    bed.applier.apply(entries);
    for (int step = 0; step < crashAfter; step++) {
      bed.store.purgeCompacted(EVENTS_PER_STEP);
      if (random.nextInt(3) == 0) {
        bed.store.flush();
      }
    }
    bed.store.closeWithoutFlush();
    try (TestBed again = open(path)) {
      int applied = (int) again.applier.applied().index();
      if (applied < entries.size()) {
        again.applier.apply(entries.subList(applied, entries.size()));
      }
      assertThat(hashes(again.store)).isEqualTo(hashes);
      while (again.store.purgeCompacted(EVENTS_PER_STEP)) {
        assertThat(again.store.hashKv(0)).isEqualTo(hashes.get(hashes.size() - 1));
      }
      assertThat(hashes(again.store)).isEqualTo(hashes);
      assertThat(again.store.stateHash()).isEqualTo(purgedState);
    }
  }

  /** Members that purge at different times, or not at all, tell the same. */
  @Test
  void membersAgreeWhateverTheyHavePurged() {
    List<Entry> entries = EntryScript.entries(11, 200, 100);
    try (TestBed eager = open(directory.resolve("eager"));
        TestBed lazy = open(directory.resolve("lazy"))) {
      for (int at = 0; at < entries.size(); at += 10) {
        for (TestBed bed : List.of(eager, lazy)) {
          bed.applier.apply(entries.subList(at, at + 10));
        }
        eager.store.purgeCompacted(3);
      }
      Entry compaction = compaction(entries.size() + 1, eager.revision() - 20);
      eager.applier.apply(List.of(compaction));
      lazy.applier.apply(List.of(compaction));
      eager.store.purgeCompacted(Integer.MAX_VALUE);
      assertThat(eager.store.records(Database::rev)).isLessThan(lazy.store.records(Database::rev));
      assertThat(hashes(eager.store)).isEqualTo(hashes(lazy.store));
      assertThat(eager.store.read(eager.store.compactRevision(), Long.MAX_VALUE, 100, 1 << 30))
          .isEqualTo(lazy.store.read(lazy.store.compactRevision(), Long.MAX_VALUE, 100, 1 << 30));
    }
  }

  private static byte[] incompressible(Random random, int size) {
    byte[] value = new byte[size];
    random.nextBytes(value);
    return value;
  }

  private static void overwrite(TestBed bed, int keys, int rounds) {
    Random random = new Random(4);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < keys; i++) {
        bed.add(
            TestBed.request(
                TestBed.putRequest("key" + i, "")
                    .setValue(ByteString.copyFrom(incompressible(random, 1000)))));
      }
      bed.apply();
    }
  }

  private static InternalRequest.Builder deletion(String key) {
    return InternalRequest.newBuilder()
        .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)));
  }

  private static long bytesOnDisk(Path path) throws IOException {
    long sum = 0;
    try (var files = Files.newDirectoryStream(path, "*.sst")) {
      for (Path file : files) {
        sum += Files.size(file);
      }
    }
    return sum;
  }

  @Test
  void theDiskGetsItsSpaceBackThoughNothingIsWrittenAfterwards() throws Exception {
    Path path = directory.resolve("store");
    try (TestBed bed = open(path)) {
      overwrite(bed, 100, 80);
    }
    long before = bytesOnDisk(path);
    assertThat(before).isGreaterThan(7_000_000);
    try (TestBed bed = open(path)) {
      bed.applier.apply(List.of(compaction(8_001, bed.revision())));
      try (PurgeLoop loop = PurgeLoop.start(bed.store)) {
        loop.removed(bed.revision()).get(60, TimeUnit.SECONDS);
      }
      assertThat(bed.store.records(Database::rev)).isEqualTo(1);
      assertThat(bed.store.records(Database::hist)).isEqualTo(1);
    }
    // Looked at when the store is closed, as RocksDB deletes files when it pleases. The pairs that
    // exist take a hundred kilobytes; those overwritten in cur may take a few times as much until
    // RocksDB merges that as well.
    assertThat(bytesOnDisk(path)).isLessThan(before / 4);
  }

  /** Or the alarm for want of space would stay although everything is gone. */
  @Test
  void whatWasDeletedLeavesTheFilesOfTheNewestVersions() throws Exception {
    Path path = directory.resolve("store");
    try (TestBed bed = open(path)) {
      overwrite(bed, 4_000, 1);
      bed.store.flush();
      assertThat(bytesOnDisk(path)).isGreaterThan(4_000_000);
      for (int i = 0; i < 4_000; i++) {
        bed.add(deletion("key" + i));
      }
      bed.apply();
      bed.applier.apply(List.of(compaction(8_001, bed.revision())));
      try (PurgeLoop loop = PurgeLoop.start(bed.store)) {
        loop.removed(bed.revision()).get(60, TimeUnit.SECONDS);
      }
      assertThat(bed.store.sizeBytes()).isLessThan(400_000);
    }
    assertThat(bytesOnDisk(path)).isLessThan(100_000);
  }

  /** However few deletes there were among many keys. */
  @Test
  void whoAsksForSpaceGetsAllThereIs() throws Exception {
    Path path = directory.resolve("store");
    try (TestBed bed = open(path)) {
      overwrite(bed, 4_000, 1);
      bed.store.flush();
      long before = bytesOnDisk(path);
      for (int i = 0; i < 400; i++) {
        bed.add(deletion("key" + i * 2));
      }
      bed.apply();
      bed.applier.apply(List.of(compaction(4_401, bed.revision())));
      try (PurgeLoop loop = PurgeLoop.start(bed.store)) {
        loop.removed(bed.revision()).get(60, TimeUnit.SECONDS);
        loop.reclaim().get(60, TimeUnit.SECONDS);
      }
      assertThat(bed.store.sizeBytes()).isLessThan(before - 300_000);
    }
  }

  @Test
  void whatARestartInterruptedGoesOn() throws Exception {
    Path path = directory.resolve("store");
    long revision;
    try (TestBed bed = open(path)) {
      overwrite(bed, 50, 20);
      revision = bed.revision();
      bed.applier.apply(List.of(compaction(1_001, revision)));
      assertThat(bed.store.purgeCompacted(100)).isTrue();
    }
    try (TestBed bed = open(path)) {
      assertThat(bed.store.records(Database::rev)).isGreaterThan(800);
      try (PurgeLoop loop = PurgeLoop.start(bed.store)) {
        loop.removed(revision).get(60, TimeUnit.SECONDS);
      }
      assertThat(bed.store.records(Database::rev)).isEqualTo(1);
    }
  }

  /**
   * A run goes by key, not by revision: wherever it is interrupted, a deleted key stays deleted,
   * though its older versions and the marker that hides them do not go together.
   */
  @Test
  void whatWasDeletedDoesNotComeBackInTheMiddleOfARun() {
    try (TestBed bed = open(directory.resolve("store"))) {
      overwrite(bed, 20, 5);
      for (int i = 0; i < 20; i++) {
        bed.add(deletion("key" + i));
      }
      bed.add(TestBed.request(TestBed.putRequest("other", "x")));
      bed.apply();
      long compacted = bed.revision();
      bed.applier.apply(List.of(compaction(122, compacted)));
      // So that what was compacted to is an older revision, looked up among the old versions.
      bed.applier.apply(
          List.of(TestBed.entry(123, TestBed.request(TestBed.putRequest("other", "y")))));
      RangeRequest.Builder all = TestBed.rangeRequest("a", "z").setRevision(compacted);
      int steps = 1;
      for (; bed.store.purgeCompacted(1); steps++) {
        assertThat(bed.range(all).count()).as("after step %d", steps).isEqualTo(1);
      }
      assertThat(bed.range(all).count()).isEqualTo(1);
      // Each of 120 events is read, and each of 120 old versions and markers is removed.
      assertThat(steps).isGreaterThan(200);
      assertThat(bed.store.records(Database::hist)).isEqualTo(1);
    }
  }

  @Test
  void whoeverWaitsWhenTheLoopEndsIsToldSo() {
    try (TestBed bed = open(directory.resolve("store"))) {
      PurgeLoop loop = PurgeLoop.start(bed.store);
      var never = loop.removed(5);
      loop.close();
      assertThat(never).isCancelled();
      assertThat(loop.removed(5)).isCancelled();
    }
  }
}
