package io.kelson.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.server.config.StorageSettings;
import io.kelson.server.config.StorageSettings.AutoCompaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AutoCompactorTest {
  private static final long START = Long.MAX_VALUE - Duration.ofMinutes(7).toNanos();

  private static AutoCompactor byAge(Duration retention) {
    return new AutoCompactor(new StorageSettings(0, AutoCompaction.PERIODIC, retention, 0));
  }

  private static AutoCompactor byRevisions(long retained) {
    return new AutoCompactor(
        new StorageSettings(0, AutoCompaction.REVISION, Duration.ZERO, retained));
  }

  /** One revision a second; what is compacted to, by the second in which it is. */
  private static List<String> run(AutoCompactor compactor, Duration length, boolean leads) {
    List<String> compactions = new ArrayList<>();
    for (long second = 0; second <= length.toSeconds(); second++) {
      // Past the end of the clock's numbers in between, as System.nanoTime may be.
      long now = START + Duration.ofSeconds(second).toNanos();
      OptionalLong due = compactor.due(now, leads, 1 + second);
      if (due.isPresent()) {
        compactions.add(second + ":" + due.getAsLong());
        compactor.compacted(now, due.getAsLong());
      }
    }
    return compactions;
  }

  @Test
  void nothingGoesByItselfUnlessAsked() {
    assertThat(byAge(Duration.ZERO).isOn()).isFalse();
    assertThat(run(byAge(Duration.ZERO), Duration.ofHours(3), true)).isEmpty();
    assertThat(run(byRevisions(0), Duration.ofHours(3), true)).isEmpty();
  }

  @Test
  void byAgeWhatIsAPeriodOldGoesOncePerPeriod() {
    assertThat(run(byAge(Duration.ofMinutes(10)), Duration.ofMinutes(31), true))
        .containsExactly("600:1", "1200:601", "1800:1201");
  }

  @Test
  void periodsOfMoreThanAnHourAreKeptButCompactedHourly() {
    assertThat(run(byAge(Duration.ofHours(3)), Duration.ofHours(5).plusMinutes(1), true))
        .containsExactly("10800:1", "14400:3601", "18000:7201");
  }

  @Test
  void byRevisionsAllButTheNewestGoEveryFiveMinutes() {
    assertThat(run(byRevisions(100), Duration.ofMinutes(11), true))
        .containsExactly("300:201", "600:501");
  }

  @Test
  void aFollowerKeepsCountAndGoesOnWhenItLeads() {
    AutoCompactor compactor = byAge(Duration.ofMinutes(10));
    assertThat(run(compactor, Duration.ofMinutes(25), false)).isEmpty();
    long now = START + Duration.ofMinutes(25).toNanos() + 1;
    // What was newest ten minutes before, and not everything since it began.
    assertThat(compactor.due(now, true, 1501).getAsLong()).isBetween(841L, 901L);
  }

  @Test
  void aCompactionThatFailedIsAskedForAgain() {
    AutoCompactor compactor = byAge(Duration.ofMinutes(10));
    compactor.due(START, true, 5);
    long later = START + Duration.ofMinutes(10).toNanos();
    assertThat(compactor.due(later, true, 9)).hasValue(5);
    assertThat(compactor.due(later + 1, true, 9)).hasValue(5);
    compactor.compacted(later + 2, 5);
    assertThat(compactor.due(later + 3, true, 9)).isEmpty();
  }
}
