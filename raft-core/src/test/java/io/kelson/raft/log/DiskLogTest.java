package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on a real disk: files, rolls, reopening. */
class DiskLogTest {
  @TempDir Path path;

  private LogOptions options() throws Exception {
    return LogOptions.builder(DiskDirectory.open(path))
        .segmentBytes(64 << 10)
        .bufferBytes(4 << 10)
        .build();
  }

  @Test
  void entriesOfManySegmentsAreFoundAgain() throws Exception {
    List<Entry> written = new ArrayList<>();
    try (SegmentedLog log = SegmentedLog.open(options())) {
      for (int i = 1; i <= 500; i++) {
        Entry entry = new Entry(1 + i / 100, i, EntryType.NORMAL, new byte[i * 3]);
        HardState hardState = new HardState(entry.term(), 0, i - 1);
        written.add(entry);
        log.write(new PersistBatch(i, hardState, List.of(entry), List.of(), true));
        log.sync();
      }
      assertThat(log.segments()).isGreaterThan(5);
      assertThat(log.read(1, 501, Long.MAX_VALUE)).isEqualTo(written);
    }
    try (SegmentedLog log = SegmentedLog.open(options())) {
      RestoredLog restored = log.restored(100_000);
      assertThat(restored.hardState()).isEqualTo(new HardState(6, 0, 499));
      assertThat(restored.last()).isEqualTo(new LogPosition(6, 500));
      assertThat(restored.tail()).isEqualTo(written.subList(430, 500));
      assertThat(log.read(1, 501, Long.MAX_VALUE)).isEqualTo(written);
    }
  }
}
