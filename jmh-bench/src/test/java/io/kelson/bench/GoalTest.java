package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.bench.Goal.Figure;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GoalTest {
  private static final LoadResult[] ETCD = {result(100, 2_000, 40), result(100, 2_000, 40)};

  @Test
  void moreThroughputIsBetter() {
    Goal twice = new Goal(Figure.THROUGHPUT, 2);
    LoadResult[] fast = {result(200, 1, 1), result(240, 1, 1)};
    Goal.Outcome outcome = twice.judge(ETCD, fast);
    assertThat(outcome).isEqualTo(new Goal.Outcome("ops/s >= 2x", 2.2, true));
    LoadResult[] slow = {result(190, 1, 1), result(190, 1, 1)};
    assertThat(twice.judge(ETCD, slow).reached()).isFalse();
  }

  @Test
  void lessLatencyAndCpuAreBetter() {
    LoadResult[] better = {result(1, 1_500, 10), result(1, 1_500, 10)};
    assertThat(new Goal(Figure.P50, 0.8).judge(ETCD, better))
        .isEqualTo(new Goal.Outcome("p50 <= 0.8x", 0.75, true));
    assertThat(new Goal(Figure.CPU, 0.2).judge(ETCD, better).reached()).isFalse();
  }

  @Test
  void figureThatIsNotThereReachesNothing() {
    LoadResult[] none = {result(0, 0, 0)};
    assertThat(new Goal(Figure.P50, 0.8).judge(none, ETCD).reached()).isFalse();
    LoadResult[] one = {ETCD[0]};
    assertThat(new Goal(Figure.P50, 0.8).judge(one, none).reached())
        .as("a server that answered nothing was not quick")
        .isFalse();
  }

  @Test
  void everyStepHasNameOfItsOwn() {
    Sizes sizes = Sizes.of(new KeySpace(1_000, 16), 256, 20_000);
    Set<String> labels = new HashSet<>();
    Step.ALL.forEach(step -> labels.add(step.label(sizes)));
    assertThat(labels)
        .hasSize(Step.ALL.size())
        .contains("page of 10000 in 20000 keys, 1 client", "put, 64 clients");
  }

  private static LoadResult result(double opsPerSecond, double p50Micros, double cpuMicros) {
    return new LoadResult(
        "put",
        "closed",
        1,
        1,
        0,
        1,
        (long) opsPerSecond,
        opsPerSecond,
        p50Micros,
        p50Micros,
        p50Micros,
        p50Micros,
        p50Micros,
        0,
        Map.of(),
        Map.of(),
        cpuMicros,
        0.0,
        null,
        0);
  }
}
