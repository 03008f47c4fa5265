package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessMeterTest {
  private static final long OWN = ProcessHandle.current().pid();

  @Test
  void residentMemoryHasItsParts() {
    ProcessMeter.Resident own = ProcessMeter.resident(List.of(OWN));
    assertThat(own.anonymousMebibytes()).as("a heap").isGreaterThan(1);
    assertThat(own.fileMebibytes()).as("the JVM's own code").isGreaterThan(1);
    assertThat(own.residentMebibytes())
        .isGreaterThan(Math.max(own.anonymousMebibytes(), own.fileMebibytes()));
    assertThat(own.residentMebibytes())
        .as("never above the peak, as the kernel had it a moment later")
        .isLessThanOrEqualTo(ProcessMeter.peakMebibytes(List.of(OWN)) + 1);
  }

  @Test
  void processesCountTogether() {
    double one = ProcessMeter.resident(List.of(OWN)).residentMebibytes();
    assertThat(ProcessMeter.resident(List.of(OWN, OWN)).residentMebibytes())
        .isGreaterThan(1.5 * one);
    assertThat(ProcessMeter.resident(List.of()).residentMebibytes()).isZero();
  }

  @Test
  void processThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ProcessMeter.resident(List.of(Long.MAX_VALUE)))
        .hasMessageContaining(Long.toString(Long.MAX_VALUE));
  }
}
