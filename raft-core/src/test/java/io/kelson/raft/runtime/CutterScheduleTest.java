package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the log is looked at, and when the state is made durable. */
class CutterScheduleTest implements CutterSchedule.Work {
  private static final long WORTH_CUTTING = 100;

  private final List<String> done = new ArrayList<>();
  private final CutterSchedule schedule =
      new CutterSchedule(this, WORTH_CUTTING, applied -> applied - 1);

  @Override
  public void consider(long appliedIndex, long limit, boolean mayFlush) {
    done.add("cut " + appliedIndex + " up to " + limit + (mayFlush ? ", flushing" : ""));
  }

  @Override
  public void settle() {
    done.add("settle");
  }

  @Test
  void settlesOnceForEachTimeThatItFallsQuiet() {
    ticks(1, 5);
    ticks(CutterSchedule.QUIET_TICKS - 1, 5);
    assertThat(done).isEmpty();
    ticks(1, 5);
    assertThat(done).containsExactly("settle");
    ticks(10 * CutterSchedule.QUIET_TICKS, 5);
    assertThat(done).as("nothing is new").hasSize(1);
    ticks(1 + CutterSchedule.QUIET_TICKS, 6);
    assertThat(done).containsExactly("settle", "settle");
  }

  @Test
  void doesNotSettleWhileEntriesGoOnComing() {
    for (int applied = 1; applied < 20; applied++) {
      ticks(CutterSchedule.QUIET_TICKS, applied);
    }
    assertThat(done).isEmpty();
  }

  @Test
  void looksAtLogThatHasGrownEveryTenTicksAndFlushesForItEveryHundred() {
    for (int applied = 100; applied < 320; applied++) {
      ticks(1, applied);
    }
    assertThat(done).hasSize(22).startsWith("cut 109 up to 108");
    assertThat(done).filteredOn(what -> what.endsWith("flushing")).hasSize(2);
  }

  @Test
  void leavesShortLogAlone() {
    for (int applied = 0; applied < WORTH_CUTTING; applied++) {
      ticks(1, applied);
    }
    assertThat(done).isEmpty();
  }

  private void ticks(int count, long applied) {
    for (int i = 0; i < count; i++) {
      schedule.tick(applied, 0);
    }
  }
}
