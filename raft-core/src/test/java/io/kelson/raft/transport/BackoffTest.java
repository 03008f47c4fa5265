package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
  @ParameterizedTest(name = "after {0} failures {1} to {2} ms")
  @CsvSource({
    "0, 10, 20",
    "1, 20, 40",
    "4, 160, 320",
    "5, 320, 640",
    "6, 500, 1000",
    "61, 500, 1000",
    "62, 500, 1000",
    "1000000, 500, 1000"
  })
  void pausesDoubleUpToTheLongest(int failures, long lo, long hi) {
    Backoff backoff = new Backoff(20, 1000);
    Random random = new Random(failures);
    for (int i = 0; i < 500; i++) {
      assertThat(backoff.pauseMillis(failures, random)).isBetween(lo, hi);
    }
  }

  @Test
  void theShortestPauseIsNotNothing() {
    Backoff backoff = new Backoff(1, 1);
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      assertThat(backoff.pauseMillis(i, random)).isEqualTo(1);
    }
  }
}
