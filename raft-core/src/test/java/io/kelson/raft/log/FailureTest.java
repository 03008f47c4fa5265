package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.log.CrashableDirectory.Operation;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The disk reports an error: the log stops at the first one and a restart finds what was safe. A
 * spare segment that finds no room is the exception, see {@link FullDiskTest}.
 */
class FailureTest {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "WRITE, No space left on device",
    "WRITE, Input/output error",
    "FORCE, Input/output error",
    "CREATE, No space left on device",
    "RENAME, Input/output error",
    "SYNC, Input/output error",
    "DELETE, Input/output error"
  })
  void everyOccurrenceStopsTheLogForGood(Operation operation, String message) throws IOException {
    int occurrences = 0;
    while (failsAt(operation, ++occurrences, message)) {
      assertThat(occurrences).isLessThan(1000);
    }
    assertThat(occurrences).as("occurrences of " + operation).isGreaterThan(1);
  }

  /** Whether the script has so many of these operations for one to fail. */
  private static boolean failsAt(Operation operation, int nth, String message) throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    LogModel model = new LogModel(4);
    SegmentedLog log = TestLogs.open(disk);
    disk.failAt(operation, nth, message);
    try {
      for (int i = 0; i < 150; i++) {
        model.step(log);
      }
      log.close();
      // At most the next segment could not be prepared, and nobody came to need it.
      model.adopt(model.now());
    } catch (LogFullException e) {
      assertThat(e).hasStackTraceContaining(message);
      log.close();
    } catch (IOException e) {
      assertThat(e).hasStackTraceContaining(message);
      requireStopped(disk, log);
    }
    if (disk.failurePending()) {
      return false;
    }
    recoverAfterFailure(disk, model, new Random(nth));
    return true;
  }

  private static void requireStopped(CrashableDirectory disk, SegmentedLog log) throws IOException {
    long steps = disk.steps();
    assertThatThrownBy(log::sync).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.read(1, 2, 1)).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.restored(1)).isInstanceOf(LogFailedException.class);
    log.close();
    assertThat(disk.steps()).as("steps after the failure").isEqualTo(steps);
  }

  /**
   * The page cache may show what the disk never got. What a restarted process finds and goes on
   * from must really be there: power fails right afterwards.
   */
  private static void recoverAfterFailure(CrashableDirectory disk, LogModel model, Random random)
      throws IOException {
    disk.killProcess();
    LogModel.State found;
    try (SegmentedLog log = TestLogs.open(disk)) {
      found = LogModel.State.of(log.restored(Long.MAX_VALUE));
      assertThat(model.possible()).contains(found);
      disk.losePower();
    } catch (CrashableDirectory.PowerLostException e) {
      disk.crash(random);
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      model.adopt(LogModel.State.of(log.restored(Long.MAX_VALUE)));
      model.appendDurably(log);
    }
  }

  @Test
  void whatAFailedSyncDroppedIsWrittenAgainByTheNextStart() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    LogModel model = new LogModel(1);
    SegmentedLog log = TestLogs.open(disk);
    model.appendDurably(log);
    disk.failAt(Operation.FORCE, 1, "Input/output error");
    assertThatThrownBy(() -> model.appendDurably(log)).hasMessage("Input/output error");
    disk.killProcess();

    LogModel.State shown = restart(disk);
    assertThat(shown.entries()).as("shown by the page cache").hasSize(2);
    disk.crash(new Random(1));
    assertThat(restart(disk)).isEqualTo(shown);
  }

  private static LogModel.State restart(CrashableDirectory disk) throws IOException {
    SegmentedLog log = TestLogs.open(disk);
    return LogModel.State.of(log.restored(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"WRITE", "FORCE", "READ"})
  void aStartThatFailsCanBeTriedAgain(Operation operation) throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    LogModel model = new LogModel(9);
    try (SegmentedLog log = TestLogs.open(disk)) {
      model.appendDurably(log);
    }
    disk.failAt(operation, 1, "Input/output error");
    assertThatThrownBy(() -> TestLogs.open(disk)).isInstanceOf(IOException.class);
    disk.killProcess();
    assertThat(restart(disk)).isEqualTo(model.now());
  }

  @Test
  void aFailedReadLeavesTheWriterAlone() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    LogModel model = new LogModel(9);
    try (SegmentedLog log = TestLogs.open(disk)) {
      model.appendDurably(log);
      disk.failAt(Operation.READ, 1, "Input/output error");
      assertThatThrownBy(() -> log.read(1, 2, 1)).hasMessage("Input/output error");
      model.appendDurably(log);
      assertThat(log.read(1, 3, Long.MAX_VALUE)).isEqualTo(model.now().entries());
    }
    assertThat(disk.list()).isEqualTo(List.of(Format.segmentName(1)));
  }
}
