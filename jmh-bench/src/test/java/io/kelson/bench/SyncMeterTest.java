package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncMeterTest {
  @Test
  void bothKindsOfSyncsAreAddedUp() {
    String report =
        """
        # started on Sun Nov 29 10:00:00 2026

        50,,syscalls:sys_enter_fdatasync,6373133,100.00,,
        7,,syscalls:sys_enter_fsync,6373133,100.00,,
        """;
    assertThat(SyncMeter.count(report)).isEqualTo(57);
  }

  @Test
  void processesThatNeverRanHaveSyncedNothing() {
    String report =
        """
        <not counted>,,syscalls:sys_enter_fdatasync,0,100.00,,
        <not counted>,,syscalls:sys_enter_fsync,0,100.00,,
        """;
    assertThat(SyncMeter.count(report)).isZero();
  }

  @Test
  void countIsUnknownIfPerfSaysNoneOfOne() {
    String onlyOne = "50,,syscalls:sys_enter_fdatasync,6373133,100.00,,\n";
    assertThat(SyncMeter.count(onlyOne)).isNegative();
    assertThat(SyncMeter.count(onlyOne + "<not supported>,,syscalls:sys_enter_fsync,0,100.00,,\n"))
        .isNegative();
    assertThat(SyncMeter.count("event syntax error: unknown tracepoint\n")).isNegative();
  }

  @Test
  void countIsUnknownWithoutPerfOrProcess() throws InterruptedException {
    List<Long> own = List.of(ProcessHandle.current().pid());
    try (SyncMeter none = SyncMeter.start("no-such-perf", own);
        SyncMeter refused = SyncMeter.start("false", own);
        SyncMeter idle = SyncMeter.start(List.of())) {
      assertThat(none.stop()).isNegative();
      assertThat(refused.stop()).isNegative();
      assertThat(idle.stop()).isNegative();
    }
  }

  @Test
  void syncsOfThisProcessAreCounted(@TempDir Path directory) throws Exception {
    List<Long> own = List.of(ProcessHandle.current().pid());
    try (SyncMeter meter = SyncMeter.start(own);
        FileChannel file =
            FileChannel.open(
                directory.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < 5; i++) {
        file.write(ByteBuffer.wrap(new byte[10]));
        file.force(i % 2 == 0);
      }
      long count = meter.stop();
      Assumptions.assumeTrue(count >= 0, "perf is not there or may not count");
      assertThat(count).isGreaterThanOrEqualTo(5);
    }
  }
}
