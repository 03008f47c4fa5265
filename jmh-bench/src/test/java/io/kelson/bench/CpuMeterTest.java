package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

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
  void memoryAndWritesOfThisProcessAreSeen() {
    List<Long> own = List.of(ProcessHandle.current().pid());
    assertThat(ProcessMeter.peakMebibytes(own)).isBetween(1L, 1L << 24);
    assertThat(ProcessMeter.bytesWritten(own)).isNotNegative();
    assertThatThrownBy(() -> ProcessMeter.peakMebibytes(List.of(Long.MAX_VALUE)))
        .hasMessageContaining(Long.toString(Long.MAX_VALUE));
  }
}
