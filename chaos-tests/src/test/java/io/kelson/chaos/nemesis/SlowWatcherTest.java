package io.kelson.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlowWatcherTest {
  @Test
  void thereAreSoManyWatchesAsSmallWritesNeedToFillAQueue() {
    // 300 revisions in the first second: 32768 events of 128 bytes are four megabytes.
    assertThat(SlowWatcher.watches(300, Duration.ofSeconds(3))).isEqualTo(32_768 / 300);
    assertThat(SlowWatcher.watches(0, Duration.ofSeconds(3))).isEqualTo(512);
    assertThat(SlowWatcher.watches(50_000, Duration.ofSeconds(10))).isEqualTo(4);
  }
}
