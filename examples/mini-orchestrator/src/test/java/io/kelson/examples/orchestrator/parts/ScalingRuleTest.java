package io.kelson.examples.orchestrator.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rule, number by number. */
class ScalingRuleTest {
  private static final Duration COOL_DOWN = Duration.ofSeconds(10);
  private static final ScalingRule RULE = new ScalingRule(4, 1, 5, COOL_DOWN);

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "4, 1", "5, 2", "8, 2", "9, 3", "20, 5", "21, 5", "1000000, 5"})
  void workOverTargetRoundedUpWithinBounds(long work, int nodes) {
    assertThat(RULE.desired(2, work, COOL_DOWN)).isEqualTo(nodes);
  }

  @Test
  void nothingChangesBeforeTheCoolDownIsOver() {
    assertThat(RULE.desired(2, 20, COOL_DOWN.minusNanos(1))).isEqualTo(2);
    assertThat(RULE.desired(2, 0, Duration.ZERO)).isEqualTo(2);
  }

  @Test
  void senselessNumbersAreRefused() {
    assertThatThrownBy(() -> new ScalingRule(0, 1, 2, COOL_DOWN)).hasMessageContaining("0");
    assertThatThrownBy(() -> new ScalingRule(1, 3, 2, COOL_DOWN)).hasMessageContaining("from 3");
  }
}
