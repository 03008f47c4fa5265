package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is broken is refused; nothing that had been durable goes missing silently. */
class DamageTest {
  private static final int HEADER_PADDING = Format.SEGMENT_HEADER_BYTES - 140;
  private static final String FIRST = Format.segmentName(1);
  private static final String SECOND = Format.segmentName(2);
  private static final String THIRD = Format.segmentName(3);

  @ParameterizedTest(name = "mask {0}")
  @ValueSource(ints = {0x01, 0x80, 0xff})
  void aFlipInAnyByteIsRefusedOrHarmless(int mask) throws IOException {
    CrashableDirectory disk = everyKindOfRecord();
    int used = usedBytes(disk, FIRST);
    int refused = flipEach(disk, FIRST, mask, 1);
    assertThat(refused).as("flips refused").isGreaterThan((used - HEADER_PADDING) / 10 * 9);
  }

  @Test
  void aFlipInAnySegmentIsRefusedOrHarmless() throws IOException {
    CrashableDirectory disk = threeSegments();
    for (String name : List.of(FIRST, SECOND, THIRD)) {
      int meaningful = usedBytes(disk, name) - HEADER_PADDING;
      assertThat(flipEach(disk, name, 4, 13)).isGreaterThan(meaningful / 13 / 10 * 9);
    }
  }

  /** Flips each byte on a disk of its own; returns how often the log was refused. */
  private static int flipEach(CrashableDirectory disk, String name, int mask, int stride)
      throws IOException {
    RestoredLog whole = restored(disk.copy());
    int used = usedBytes(disk, name) + 64;
    int refused = 0;
    for (int offset = 0; offset < used; offset += stride) {
      CrashableDirectory damaged = disk.copy();
      damaged.flip(name, offset, mask);
      try {
        assertThat(restored(damaged)).as(name + ", offset " + offset).isEqualTo(whole);
      } catch (LogDamagedException e) {
        assertThat(e.file()).isEqualTo(name);
        refused++;
      }
    }
    return refused;
  }

  @Test
  void theLastBatchIsProtectedOnceTheWriterWasIdle() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    SegmentedLog log = TestLogs.open(disk);
    append(log, 1, 100);
    int end = usedBytes(disk, FIRST);
    log.flush();
    disk.killProcess();
    for (int offset = Format.SEGMENT_HEADER_BYTES; offset < end; offset++) {
      CrashableDirectory damaged = disk.copy();
      damaged.flip(FIRST, offset, 0x10);
      assertThatThrownBy(() -> restored(damaged)).isInstanceOf(LogDamagedException.class);
    }
  }

  /** A recovery leaves a mark where it is; what is lost from there on has no witness left. */
  @Test
  void whatComesBehindAMarkIsNotTakenForProtectedByIt() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    SegmentedLog log = TestLogs.open(disk);
    append(log, 1, 100);
    int mark = usedBytes(disk, FIRST);
    log.flush();
    disk.killProcess();
    append(TestLogs.open(disk), 2, 100);
    disk.killProcess();

    byte[] content = disk.durableContent(FIRST);
    Witnesses witnesses = new Witnesses(content);
    assertThat(witnesses.end()).isGreaterThanOrEqualTo(usedBytes(disk, FIRST));
    assertThat(witnesses.remain(false, mark, content.length)).isFalse();
    disk.put(FIRST, mark, new byte[content.length - mark]);
    assertThat(restored(disk).last().index()).isEqualTo(1);
  }

  @Test
  void aBatchIsProtectedByTheNextOneEvenIfThatIsTorn() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    SegmentedLog log = TestLogs.open(disk);
    append(log, 1, 100);
    append(log, 2, 100);
    disk.killProcess();
    disk.flip(FIRST, usedBytes(disk, FIRST) - 1, 1);
    CrashableDirectory torn = disk.copy();
    assertThat(restored(torn).last().index()).isEqualTo(1);
    disk.flip(FIRST, Format.SEGMENT_HEADER_BYTES + 60, 1);
    LogDamagedException refused =
        catchThrowableOfType(LogDamagedException.class, () -> restored(disk));
    assertThat(refused)
        .hasMessageContaining(FIRST)
        .hasMessageContaining("body checksum")
        .hasMessageContaining("was durable")
        .hasMessageContaining("comes back through its peers");
    assertThat(refused.offset()).isEqualTo(Format.SEGMENT_HEADER_BYTES);
  }

  @Test
  void whatWasCutNeverComesBackEvenWhereItWouldFit() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    int recoveryFrame = Format.FRAME_HEADER_BYTES + 2 * Long.BYTES;
    SegmentedLog log = TestLogs.open(disk);
    writeUnsynced(log, 1, 100 + recoveryFrame);
    writeUnsynced(log, 2, 100);
    disk.killProcess();
    disk.flip(FIRST, Format.SEGMENT_HEADER_BYTES + 60, 1);
    log = TestLogs.open(disk);
    assertThat(log.last())
        .as("the first was torn, the second goes with it")
        .isEqualTo(LogPosition.ZERO);
    writeUnsynced(log, 1, 100);
    disk.killProcess();
    assertThat(restored(disk).last().index()).isEqualTo(1);
  }

  private static void writeUnsynced(SegmentedLog log, long index, int bytes) throws IOException {
    Entry entry = new Entry(1, index, EntryType.NORMAL, new byte[bytes]);
    log.write(new PersistBatch(index, null, List.of(entry), List.of(), true));
    log.flush();
  }

  @ParameterizedTest(name = "segment {0}")
  @ValueSource(longs = {1, 2, 3})
  void aMissingSegmentIsNamed(long segment) throws IOException {
    CrashableDirectory disk = threeSegments();
    disk.delete(Format.segmentName(segment));
    disk.sync();
    assertThatThrownBy(() -> restored(disk))
        .isInstanceOf(LogDamagedException.class)
        .hasMessageContaining(Format.segmentName(segment))
        .hasMessageContaining("missing");
  }

  @Test
  void aSegmentCutShortIsRefused() throws IOException {
    CrashableDirectory disk = threeSegments();
    byte[] content = disk.content(SECOND);
    disk.delete(SECOND);
    try (LogFile file = disk.create(SECOND)) {
      file.write(ByteBuffer.wrap(content, 0, 6000), 0);
    }
    assertThatThrownBy(() -> restored(disk))
        .isInstanceOf(LogDamagedException.class)
        .hasMessageContaining(SECOND);
  }

  @Test
  void aRenamedSegmentIsRefused() throws IOException {
    CrashableDirectory disk = threeSegments();
    disk.delete(SECOND);
    disk.rename(THIRD, SECOND);
    assertThatThrownBy(() -> restored(disk))
        .isInstanceOf(LogDamagedException.class)
        .hasMessageContaining("renamed");
  }

  @Test
  void anotherMembersLogIsRefused() throws IOException {
    CrashableDirectory disk = threeSegments();
    LogOptions options = TestLogs.options(disk).owner(new LogOwner(7, 8)).build();
    assertThatThrownBy(() -> SegmentedLog.open(options))
        .isInstanceOfSatisfying(
            LogRefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(LogRefusedException.Reason.OWNER))
        .hasMessageContaining("member 8 of cluster 7");
  }

  @Test
  void aNewerFormatIsRefused() throws IOException {
    CrashableDirectory disk = threeSegments();
    ByteBuffer header =
        ByteBuffer.wrap(disk.content(THIRD), 0, 140).order(ByteOrder.LITTLE_ENDIAN).slice();
    header.order(ByteOrder.LITTLE_ENDIAN).putInt(8, 2);
    CRC32C crc = new CRC32C();
    crc.update(header.duplicate().limit(136));
    header.putInt(136, (int) crc.getValue());
    try (LogFile file = disk.open(THIRD)) {
      file.write(header.rewind(), 0);
    }
    assertThatThrownBy(() -> restored(disk))
        .isInstanceOfSatisfying(
            LogRefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(LogRefusedException.Reason.FORMAT))
        .hasMessageContaining("format 2");
  }

  @Test
  void aMemberThatHasRunBeforeDoesNotStartWithoutItsLog() {
    LogOptions options = TestLogs.options(new CrashableDirectory()).create(false).build();
    assertThatThrownBy(() -> SegmentedLog.open(options))
        .isInstanceOfSatisfying(
            LogRefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(LogRefusedException.Reason.MISSING));
  }

  @Test
  void damageFoundByAReaderIsReported() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    try (SegmentedLog log = TestLogs.open(disk)) {
      append(log, 1, 100);
      append(log, 2, 100);
      disk.flip(FIRST, Format.SEGMENT_HEADER_BYTES + 60, 1);
      assertThatThrownBy(() -> log.read(1, 3, 1000)).isInstanceOf(LogDamagedException.class);
    }
  }

  /** A closed log of one segment: entries, overwritten ones, a cut, a crash, a reset. */
  private static CrashableDirectory everyKindOfRecord() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    try (SegmentedLog log = TestLogs.open(disk)) {
      for (int i = 1; i <= 5; i++) {
        append(log, i, 20);
      }
      log.reset(new LogPosition(2, 20), new HardState(2, 0, 20));
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      write(log, new HardState(3, 1, 20), noop(3, 21), noop(3, 22), noop(3, 23));
      write(log, new HardState(4, 0, 22), noop(4, 23), noop(4, 24));
      log.cut(new LogPosition(3, 21));
      write(log, new HardState(5, 2, 23), noop(5, 24));
    }
    return disk;
  }

  private static Entry noop(long term, long index) {
    return Entry.noop(term, index);
  }

  private static void write(SegmentedLog log, HardState hardState, Entry... entries)
      throws IOException {
    log.write(new PersistBatch(1, hardState, List.of(entries), List.of(), true));
    log.sync();
  }

  /** A closed log of three segments with 24 entries. */
  private static CrashableDirectory threeSegments() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    try (SegmentedLog log = TestLogs.open(disk)) {
      for (int i = 1; i <= 24; i++) {
        append(log, i, 1000);
      }
      assertThat(log.segments()).isEqualTo(3);
    }
    return disk;
  }

  private static void append(SegmentedLog log, long index, int bytes) throws IOException {
    byte[] data = new byte[bytes];
    Arrays.fill(data, (byte) index);
    write(log, new HardState(1, 2, index - 1), new Entry(1, index, EntryType.NORMAL, data));
  }

  private static RestoredLog restored(CrashableDirectory disk) throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      return log.restored(Long.MAX_VALUE);
    }
  }

  /** Where the zeros begin. */
  private static int usedBytes(CrashableDirectory disk, String name) {
    byte[] content = disk.content(name);
    int end = content.length;
    while (content[end - 1] == 0) {
      end--;
    }
    return end;
  }
}
