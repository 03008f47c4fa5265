package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Entry;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A harmed log is refused or comes back as it was: never shorter than what it has acknowledged, and
 * never with other bytes.
 */
class RandomDamageTest {
  private static final int SCRIPTS = 400;
  private static final int SCRIPT_STEPS = 120;

  private final Map<Damage.Kind, Integer> refused = new EnumMap<>(Damage.Kind.class);
  private int readsRefused;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void harmWhileTheMemberIsDown(long seed) throws IOException {
    for (int i = 0; i < SCRIPTS; i++) {
      Random random = new Random(seed * 1_000_003 + i);
      CrashableDirectory disk = new CrashableDirectory();
      LogModel model = new LogModel(random.nextLong());
      try (SegmentedLog log = TestLogs.open(disk)) {
        run(log, model, random);
        disk.losePower();
      } catch (CrashableDirectory.PowerLostException expected) {
        assertThat(disk.powerLost()).isTrue();
      }
      stop(disk, random);
      Damage.Done done = Damage.maybe(disk, random, false);
      assertThat(done).as("harm done").isNotNull();
      reopen(disk, model, done);
    }
    assertThat(refused.keySet()).containsExactly(Damage.Kind.values());
    assertThat(refused.values().stream().mapToInt(n -> n).sum()).isGreaterThan(SCRIPTS / 3);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void harmWhileTheMemberRuns(long seed) throws IOException {
    for (int i = 0; i < SCRIPTS; i++) {
      Random random = new Random(seed * 1_000_003 + i);
      CrashableDirectory disk = new CrashableDirectory();
      LogModel model = new LogModel(random.nextLong());
      Damage.Done done = null;
      try (SegmentedLog log = TestLogs.open(disk)) {
        run(log, model, random);
        done = Damage.maybe(disk, random, true);
        readAll(log, model);
        run(log, model, random);
        disk.losePower();
      } catch (IOException e) {
        boolean gone = done != null && done.kind() == Damage.Kind.LOST_SEGMENT;
        assertThat(disk.powerLost() || gone).as(done + ": " + e).isTrue();
      }
      stop(disk, random);
      reopen(disk, model, done);
    }
    assertThat(refused.keySet()).containsExactly(Damage.Kind.values());
    assertThat(readsRefused).as("reads that met the harm").isGreaterThan(SCRIPTS / 10);
  }

  private static void run(SegmentedLog log, LogModel model, Random random) throws IOException {
    for (int step = 1 + random.nextInt(SCRIPT_STEPS); step > 0; step--) {
      model.step(log);
    }
  }

  private static void stop(CrashableDirectory disk, Random random) {
    if (random.nextBoolean()) {
      disk.crash(random);
    } else {
      disk.killProcess();
    }
  }

  private void reopen(CrashableDirectory disk, LogModel model, Damage.Done done)
      throws IOException {
    try (SegmentedLog log = SegmentedLog.open(TestLogs.options(disk).create(false).build())) {
      LogModel.State found = LogModel.State.of(log.restored(Long.MAX_VALUE));
      assertThat(model.possible()).as("after " + done).contains(found);
    } catch (LogDamagedException | LogRefusedException e) {
      assertThat(done).as("nothing was harmed, but " + e.getMessage()).isNotNull();
      refused.merge(done.kind(), 1, Integer::sum);
    }
  }

  /** Everything that is handed out is what was written. */
  private void readAll(SegmentedLog log, LogModel model) throws IOException {
    log.flush();
    log.sync();
    List<Entry> entries = model.now().entries();
    for (int lo = 0; lo < entries.size(); lo += 7) {
      List<Entry> wanted = entries.subList(lo, Math.min(lo + 7, entries.size()));
      try {
        long first = wanted.get(0).index();
        assertThat(log.read(first, first + wanted.size(), Long.MAX_VALUE)).isEqualTo(wanted);
      } catch (LogDamagedException noticed) {
        readsRefused++;
      }
    }
  }

  /** What docs/DISK-FORMAT.md calls the limit: bytes that nothing on the disk vouches for. */
  @Test
  void theLastSyncHasNoWitnessUntilAMarkOrTheNextFrame() throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    LogModel model = new LogModel(1);
    SegmentedLog log = TestLogs.open(disk);
    model.appendDurably(log);
    model.appendDurably(log);
    LogModel.State before = LogModel.State.of(log.restored(Long.MAX_VALUE));
    int lastFrame = lastFrame(disk);
    disk.crash(new Random(1));
    CrashableDirectory harmed = disk.copy();
    harmed.flip(Format.segmentName(1), lastFrame + Format.FRAME_HEADER_BYTES, 1);
    try (SegmentedLog shorter = TestLogs.open(harmed)) {
      assertThat(shorter.last().index()).isEqualTo(before.last().index() - 1);
    }
  }

  /** Witnesses stand behind what they speak of, so they can go with it. */
  @ParameterizedTest(name = "cut off {0}")
  @ValueSource(booleans = {true, false})
  void theEndOfTheNewestSegmentTakesItsWitnessesAlong(boolean cutOff) throws IOException {
    CrashableDirectory disk = new CrashableDirectory();
    LogModel model = new LogModel(1);
    SegmentedLog log = TestLogs.open(disk);
    model.appendDurably(log);
    model.appendDurably(log);
    int lastFrame = lastFrame(disk);
    model.appendDurably(log);
    log.flush();
    CrashableDirectory harmed = disk.copy();
    String segment = Format.segmentName(1);
    if (cutOff) {
      harmed.truncate(segment, lastFrame);
    } else {
      harmed.put(segment, lastFrame, new byte[disk.content(segment).length - lastFrame]);
    }
    try (SegmentedLog shorter = TestLogs.open(harmed)) {
      assertThat(shorter.last().index()).isEqualTo(1);
    }
  }

  private static int lastFrame(CrashableDirectory disk) {
    byte[] content = disk.durableContent(Format.segmentName(1));
    byte[] magic = {'K', 'L', 'F', '1'};
    int at = content.length - magic.length;
    while (!Arrays.equals(Arrays.copyOfRange(content, at, at + magic.length), magic)) {
      at--;
    }
    return at;
  }
}
