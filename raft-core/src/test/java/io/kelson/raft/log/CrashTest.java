package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.RestoredLog;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Power fails at every single step of a script; what was acknowledged is there afterwards. */
class CrashTest {
  private static final int SCRIPT_STEPS = 150;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void nothingAcknowledgedIsLostAtAnyStep(long seed) throws IOException {
    long steps = stepsWithoutCrash(seed);
    assertThat(steps).isGreaterThan(100);
    for (long step = 1; step <= steps; step++) {
      CrashableDirectory disk = new CrashableDirectory();
      LogModel model = new LogModel(seed);
      disk.losePowerAtStep(step);
      assertThatThrownBy(() -> script(disk, model)).isInstanceOf(IOException.class);
      survive(disk, model, new Random(seed * 1_000_003 + step));
    }
  }

  private static long stepsWithoutCrash(long seed) throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    LogModel model = new LogModel(seed);
    script(disk, model);
    long steps = disk.steps();
    try (SegmentedLog log = TestLogs.open(disk)) {
      check(log, model);
    }
    return steps;
  }

  private static void script(CrashableDirectory disk, LogModel model) throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      for (int i = 0; i < SCRIPT_STEPS; i++) {
        model.step(log);
      }
      check(log, model);
    }
    model.adopt(model.now());
  }

  /** Crashes, crashes again while recovering, recovers, appends, and crashes once more. */
  private static void survive(CrashableDirectory disk, LogModel model, Random random)
      throws IOException {
    disk.crash(random);
    disk.losePowerAtStep(1 + random.nextInt(8));
    try (SegmentedLog log = TestLogs.open(disk)) {
      model.adopt(check(log, model));
      disk.losePower();
    } catch (IOException e) {
      assertThat(disk.powerLost()).as("during recovery or when it was done: " + e).isTrue();
    }
    disk.crash(random);
    try (SegmentedLog log = TestLogs.open(disk)) {
      model.adopt(check(log, model));
      model.appendDurably(log);
      model.appendDurably(log);
      for (int i = random.nextInt(20); i > 0; i--) {
        model.step(log);
      }
      disk.losePower();
    } catch (IOException e) {
      assertThat(disk.powerLost()).as("after recovery: " + e).isTrue();
    }
    disk.crash(random);
    try (SegmentedLog log = TestLogs.open(disk)) {
      model.adopt(check(log, model));
    }
  }

  private static LogModel.State check(SegmentedLog log, LogModel model) throws IOException {
    log.sync();
    RestoredLog restored = log.restored(Long.MAX_VALUE);
    LogModel.State found = LogModel.State.of(restored);
    assertThat(model.possible()).contains(found);
    assertThat(restored.last()).isEqualTo(found.last());
    assertThat(restored.termRuns()).isEqualTo(found.termRuns());
    return found;
  }
}
