package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log on a real disk: files, rolls, reopening, readers beside the writer. */
@Timeout(60)
class DiskLogTest {
  @TempDir Path path;

  private LogOptions options() throws IOException {
    return LogOptions.builder(DiskDirectory.open(path))
        .segmentBytes(64 << 10)
        .bufferBytes(4 << 10)
        .build();
  }

  private static Entry entry(long index) {
    byte[] data = ByteBuffer.allocate(8 + (int) (index % 97) * 20).putLong(index).array();
    return new Entry(1 + index / 100, index, EntryType.NORMAL, data);
  }

  private static void append(SegmentedLog log, long index) throws IOException {
    Entry entry = entry(index);
    HardState hardState = new HardState(entry.term(), 0, index - 1);
    log.write(new PersistBatch(index, hardState, List.of(entry), List.of(), true));
    log.sync();
  }

  @Test
  void entriesOfManySegmentsAreFoundAgain() throws IOException {
    List<Entry> written = new ArrayList<>();
    try (SegmentedLog log = SegmentedLog.open(options())) {
      for (int i = 1; i <= 500; i++) {
        append(log, i);
        written.add(entry(i));
      }
      assertThat(log.segments()).isGreaterThan(5);
      assertThat(log.read(1, 501, Long.MAX_VALUE)).isEqualTo(written);
    }
    try (SegmentedLog log = SegmentedLog.open(options())) {
      RestoredLog restored = log.restored(Long.MAX_VALUE);
      assertThat(restored.hardState()).isEqualTo(new HardState(6, 0, 499));
      assertThat(restored.last()).isEqualTo(new LogPosition(6, 500));
      assertThat(restored.tail()).isEqualTo(written);
      assertThat(log.read(1, 501, Long.MAX_VALUE)).isEqualTo(written);
    }
  }

  @Test
  void filesAreForTheirOwnerOnly() throws IOException {
    SegmentedLog.open(options()).close();
    try (var files = Files.list(path)) {
      assertThat(files.toList())
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void aDirectoryThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> DiskDirectory.open(path.resolve("nowhere")))
        .isInstanceOf(NotDirectoryException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void readersSeeWholeEntriesWhileTheLogGrowsAndIsCut() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong durable = new AtomicLong(1);
    try (SegmentedLog log = SegmentedLog.open(options())) {
      append(log, 1);
      List<CompletableFuture<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(CompletableFuture.supplyAsync(() -> readUntil(done, durable, log)));
      }
      for (int i = 2; i <= 1500; i++) {
        append(log, i);
        durable.set(i);
        if (i % 300 == 0) {
          log.cut(entry(i - 150).position());
        }
      }
      done.set(true);
      for (CompletableFuture<Long> reader : readers) {
        assertThat(reader.get()).as("entries read").isPositive();
      }
    }
  }

  private static long readUntil(AtomicBoolean done, AtomicLong durable, SegmentedLog log) {
    long read = 0;
    try {
      while (!done.get() || read == 0) {
        long lo = log.base().index() + 1;
        long hi = Math.min(lo + 100, durable.get() + 1);
        try {
          for (Entry entry : log.read(lo, hi, 20_000)) {
            assertThat(entry).isEqualTo(entry(lo++));
            read++;
          }
        } catch (EntriesUnavailableException e) {
          assertThat(log.base().index()).as(e.getMessage()).isGreaterThanOrEqualTo(lo);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return read;
  }

  @Test
  void anInterruptedReaderHurtsNobodyElse() throws IOException {
    try (SegmentedLog log = SegmentedLog.open(options())) {
      append(log, 1);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> log.read(1, 2, 1)).isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
      append(log, 2);
      assertThat(log.read(1, 3, Long.MAX_VALUE)).containsExactly(entry(1), entry(2));
    }
  }
}
