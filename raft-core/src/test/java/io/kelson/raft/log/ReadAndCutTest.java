package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.TermRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading ranges, cutting the front, beginning again, and what the log turns down. */
class ReadAndCutTest {
  private final CrashableDirectory disk = new CrashableDirectory();

  @Test
  void anEmptyLogRestoresAsEmpty() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      assertThat(log.restored(1000)).isEqualTo(RestoredLog.EMPTY);
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      assertThat(log.restored(1000)).isEqualTo(RestoredLog.EMPTY);
    }
  }

  @Test
  void aReadStopsBeforeTheLimitButGivesOneEntry() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 10, 100);
      int each = 100 + Entry.OVERHEAD_BYTES;
      assertThat(log.read(3, 9, 3 * each)).extracting(Entry::index).containsExactly(3L, 4L, 5L);
      assertThat(log.read(3, 9, 3 * each - 1)).extracting(Entry::index).containsExactly(3L, 4L);
      assertThat(log.read(3, 9, 1)).extracting(Entry::index).containsExactly(3L);
      assertThat(log.read(3, 3, 1)).isEmpty();
    }
  }

  @Test
  void aReadOutsideTheLogSaysWhere() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 10, 100);
      log.cut(new LogPosition(1, 4));
      requireUnavailable(log, 4, 6, EntriesUnavailableException.Reason.CUT);
      requireUnavailable(log, 6, 12, EntriesUnavailableException.Reason.TRUNCATED);
      assertThat(log.read(5, 11, Long.MAX_VALUE)).hasSize(6);
    }
  }

  @Test
  void entriesAreReadableOnceTheyAreInTheFile() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      log.write(batch(new HardState(1, 0, 0), List.of(Entry.noop(1, 1))));
      requireUnavailable(log, 1, 2, EntriesUnavailableException.Reason.TRUNCATED);
      log.sync();
      assertThat(log.read(1, 2, 1)).containsExactly(Entry.noop(1, 1));
    }
  }

  @Test
  void theLatestOfOverwrittenEntriesIsRead() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 40, 1000);
      append(log, 2, 20, 30, 700);
      append(log, 3, 10, 12, 50);
      append(log, 3, 13, 60, 600);
      requireTerms(log);
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      requireTerms(log);
    }
  }

  @Test
  void configurationsOfTheLogAreRemembered() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 9, 1000);
      write(log, config(1, 10), config(1, 11));
      append(log, 1, 12, 29, 1000);
      write(log, config(1, 30));
      append(log, 1, 31, 40, 1000);
      requireConfigs(log, 10, 11, 30);
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      requireConfigs(log, 10, 11, 30);
      log.cut(new LogPosition(1, 10));
      append(log, 2, 30, 33, 100);
      requireConfigs(log, 11);
      write(log, config(2, 34));
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      requireConfigs(log, 11, 34);
      log.reset(new LogPosition(3, 50), new HardState(3, 0, 50));
      requireConfigs(log);
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      requireConfigs(log);
    }
  }

  private static Entry config(long term, long index) {
    return new Entry(term, index, EntryType.CONFIG, new byte[] {(byte) index});
  }

  private static void write(SegmentedLog log, Entry... entries) throws IOException {
    log.write(batch(null, List.of(entries)));
    log.sync();
  }

  private static void requireConfigs(SegmentedLog log, long... indexes) throws IOException {
    RestoredLog restored = log.restored(0);
    assertThat(restored.baseConfig()).isNull();
    assertThat(restored.configEntries()).extracting(Entry::index).containsExactly(boxed(indexes));
    assertThat(restored.configEntries())
        .allMatch(e -> e.type() == EntryType.CONFIG && e.data()[0] == e.index());
  }

  private static Long[] boxed(long... values) {
    return java.util.Arrays.stream(values).boxed().toArray(Long[]::new);
  }

  private static void requireTerms(SegmentedLog log) throws IOException {
    assertThat(log.restored(0).termRuns()).containsExactly(new TermRun(1, 1), new TermRun(3, 10));
    for (int lo = 1; lo <= 60; lo++) {
      List<Entry> read = log.read(lo, 61, Long.MAX_VALUE);
      assertThat(read).hasSize(61 - lo).allMatch(e -> e.term() == (e.index() < 10 ? 1 : 3));
    }
  }

  @Test
  void whatHappensDuringAReadNeverMixesTwoLogs() throws IOException {
    GatedDirectory slow = new GatedDirectory(disk);
    LogOptions options =
        LogOptions.builder(slow).segmentBytes(16 << 10).background(Runnable::run).build();
    try (SegmentedLog log = SegmentedLog.open(options)) {
      append(log, 1, 1, 60, 1000);
      log.write(batch(new HardState(1, 0, 40), List.of()));
      slow.duringNextRead(() -> run(() -> append(log, 2, 55, 55, 10)));
      assertThat(log.read(30, 55, Long.MAX_VALUE)).hasSize(25).allMatch(e -> e.term() == 1);
      slow.duringNextRead(() -> run(() -> append(log, 3, 50, 50, 10)));
      requireUnavailable(log, 30, 51, EntriesUnavailableException.Reason.TRUNCATED);
      slow.duringNextRead(() -> run(() -> log.cut(new LogPosition(1, 40))));
      requireUnavailable(log, 1, 51, EntriesUnavailableException.Reason.CUT);
      assertThat(log.read(41, 51, Long.MAX_VALUE)).hasSize(10);
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void run(Action action) {
    try {
      action.run();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anEntryLargerThanBufferAndSegmentFits() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 2, 10);
      append(log, 1, 3, 3, 100_000);
      append(log, 1, 4, 5, 10);
      assertThat(log.read(3, 5, Long.MAX_VALUE))
          .extracting(e -> e.data().length)
          .containsExactly(100_000, 10);
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      assertThat(log.read(1, 6, Long.MAX_VALUE)).hasSize(5);
    }
  }

  @Test
  void aBatchLargerThanTheBufferTakesOneSync() throws IOException {
    try (SegmentedLog log =
        SegmentedLog.open(TestLogs.options(disk).segmentBytes(1 << 20).build())) {
      long before = disk.forces();
      append(log, 1, 1, 500, 1000);
      assertThat(disk.forces() - before).isEqualTo(1);
      assertThat(log.read(1, 501, Long.MAX_VALUE)).hasSize(500);
    }
  }

  @Test
  void smallBatchesTakeOneWriteAndOneSyncTogether() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      long before = disk.steps();
      for (int i = 1; i <= 20; i++) {
        log.write(batch(new HardState(1, 0, i - 1), List.of(Entry.noop(1, i))));
      }
      log.sync();
      assertThat(disk.steps() - before).isEqualTo(2);
      log.sync();
      assertThat(disk.steps() - before).as("nothing new, no sync").isEqualTo(2);
    }
  }

  @Test
  void aCutGivesSegmentsBackAndKeepsOneAsTheNext() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 60, 1000);
      int before = log.segments();
      log.write(batch(new HardState(1, 0, 50), List.of()));
      log.cut(new LogPosition(1, 50));
      assertThat(log.segments()).isLessThan(before).isEqualTo(2);
      assertThat(disk.list()).contains(Format.SPARE_NAME).hasSize(3);
      append(log, 1, 61, 90, 1000);
      assertThat(log.read(51, 91, Long.MAX_VALUE)).hasSize(40);
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      assertThat(log.base()).isEqualTo(new LogPosition(1, 50));
      assertThat(log.restored(0).hardState().commit()).isEqualTo(50);
      assertThat(log.read(51, 91, Long.MAX_VALUE)).hasSize(40);
    }
  }

  @Test
  void aCutAtTheEndLeavesAnEmptyLogThatGoesOn() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 3, 1, 30, 1000);
      log.cut(new LogPosition(3, 30));
      assertThat(log.segments()).isEqualTo(1);
      assertThat(log.restored(99).termRuns()).isEmpty();
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      RestoredLog restored = log.restored(99);
      assertThat(restored.last()).isEqualTo(restored.base()).isEqualTo(new LogPosition(3, 30));
      append(log, 3, 31, 31, 10);
      assertThat(log.restored(0).termRuns()).containsExactly(new TermRun(3, 31));
    }
  }

  @Test
  void aResetForgetsEverythingBefore() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 40, 1000);
      log.reset(new LogPosition(4, 100), new HardState(5, 2, 100));
      assertThat(log.segments()).isEqualTo(1);
      requireUnavailable(log, 30, 31, EntriesUnavailableException.Reason.CUT);
      append(log, 5, 101, 102, 10);
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      RestoredLog restored = log.restored(Long.MAX_VALUE);
      assertThat(restored.base()).isEqualTo(new LogPosition(4, 100));
      assertThat(restored.hardState().vote()).isEqualTo(2);
      assertThat(restored.tail()).extracting(Entry::index).containsExactly(101L, 102L);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 131, 132, 1000, 5000, 50_000, 1_000_000})
  void theTailIsAsMuchAsWasAskedFor(int tailBytes) throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 200, 100);
      int wanted = Math.min(200, tailBytes / (100 + Entry.OVERHEAD_BYTES));
      List<Entry> tail = log.restored(tailBytes).tail();
      assertThat(tail).hasSize(wanted);
      assertThat(tail).isEqualTo(log.read(201 - wanted, 201, Long.MAX_VALUE));
    }
  }

  @Test
  void whatContradictsTheLogStopsIt() throws IOException {
    requireStops(batch(null, List.of(Entry.noop(1, 7))), "does not follow");
    requireStops(batch(null, List.of(Entry.noop(1, 5), Entry.noop(1, 7))), "does not follow");
    requireStops(batch(new HardState(2, 0, 3), List.of(Entry.noop(2, 3))), "committed");
    requireStops(batch(new HardState(1, 3, 0), List.of()), "takes back the promise");
    requireStops(batch(new HardState(0, 0, 0), List.of()), "takes back the promise");
    requireStops(batch(new HardState(1, 2, 6), List.of()), "past the end");
    requireStops(batch(null, List.of(Entry.noop(9, 6), Entry.noop(8, 7))), "follows one of term");
  }

  private static void requireStops(PersistBatch batch, String why) throws IOException {
    try (SegmentedLog log = TestLogs.open(new CrashableDirectory())) {
      append(log, 1, 1, 5, 10);
      log.write(batch(new HardState(1, 2, 3), List.of()));
      assertThatThrownBy(() -> log.write(batch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(why);
      assertThatThrownBy(log::sync).isInstanceOf(LogFailedException.class);
    }
  }

  @Test
  void aWrongCutIsTurnedDownAndChangesNothing() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 1, 5, 10);
      assertThatThrownBy(() -> log.cut(new LogPosition(2, 3)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.cut(new LogPosition(1, 6)))
          .isInstanceOf(IllegalArgumentException.class);
      append(log, 1, 6, 6, 10);
      assertThat(log.read(1, 7, Long.MAX_VALUE)).hasSize(6);
    }
  }

  private static void requireUnavailable(
      SegmentedLog log, long lo, long hi, EntriesUnavailableException.Reason reason) {
    assertThatThrownBy(() -> log.read(lo, hi, Long.MAX_VALUE))
        .isInstanceOfSatisfying(
            EntriesUnavailableException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static void append(SegmentedLog log, long term, long first, long last, int bytes)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (long index = first; index <= last; index++) {
      entries.add(new Entry(term, index, EntryType.NORMAL, new byte[bytes]));
    }
    HardState old = log.restored(0).hardState();
    HardState next = term > old.term() ? new HardState(term, 0, old.commit()) : old;
    log.write(batch(next, entries));
    log.sync();
  }

  private static PersistBatch batch(HardState hardState, List<Entry> entries) {
    return new PersistBatch(1, hardState, entries, List.of(), true);
  }
}
