package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuMeterTest {
  @Test
  void workIsSeen() {
    long before = CpuMeter.ownMicros();
    long sum = 0;
    while (CpuMeter.ownMicros() == before) {
      sum += System.nanoTime() % 7;
    }
    assertThat(CpuMeter.ownMicros()).as("after work worth " + sum).isGreaterThan(before);
    assertThat(Machine.cpuTime().total()).isGreaterThanOrEqualTo(CpuMeter.ownMicros());
  }

  @Test
  void processThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> CpuMeter.micros(List.of(Long.MAX_VALUE)))
        .hasMessageContaining(Long.toString(Long.MAX_VALUE));
  }

  @Test
  void memoryOfThisProcessIsSeen() {
    List<Long> own = List.of(ProcessHandle.current().pid());
    assertThat(ProcessMeter.peakMebibytes(own)).isBetween(1L, 1L << 24);
    assertThatThrownBy(() -> ProcessMeter.peakMebibytes(List.of(Long.MAX_VALUE)))
        .hasMessageContaining(Long.toString(Long.MAX_VALUE));
  }

  @Test
  void diskIsFoundByWhatProcessHasOpen(@TempDir Path directory) throws IOException {
    List<Long> own = List.of(ProcessHandle.current().pid());
    Path file = directory.resolve("f");
    try (FileChannel open =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      open.write(ByteBuffer.wrap(new byte[1 << 20]));
      long before = DiskMeter.bytesWritten(own);
      // Where temporary files are on no disk there is nothing to be seen.
      Assumptions.assumeTrue(before >= 0, "the directory is not on a disk");
      open.force(true);
      assertThat(DiskMeter.bytesWritten(own)).isGreaterThan(before);
    }
  }

  @Test
  void noProcessHasNoDisk() {
    assertThat(DiskMeter.bytesWritten(List.of())).isNegative();
    assertThat(DiskMeter.bytesWritten(List.of(Long.MAX_VALUE))).isNegative();
  }
}
