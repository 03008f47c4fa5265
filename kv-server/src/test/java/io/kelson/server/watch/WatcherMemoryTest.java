package io.kelson.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Watches are meant to be had by the hundred thousand. */
class WatcherMemoryTest {
  @Test
  void anIdleSingleKeyWatcherIsSmall() {
    WatchFixture fixture = new WatchFixture();
    WatchFixture.Client client = fixture.open();
    fixture.settle();
    long before = usedBytes();
    int watchers = 50_000;
    for (int i = 0; i < watchers; i++) {
      String key = String.format("/registry/pods/%06d", i);
      client.create(key, WatchFixture::plain);
      fixture.settle();
      client.sink().take();
    }
    long perWatcher = (usedBytes() - before) / watchers;
    assertThat(fixture.hub.stats().watchers()).isEqualTo(watchers);
    assertThat(perWatcher).as("bytes per watcher; 285 when this was written").isLessThan(500);
  }

  private static long usedBytes() {
    var memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
