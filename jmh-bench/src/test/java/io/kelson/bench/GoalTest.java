package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kelson.bench.Goal.Figure;
import java.util.HashSet;
import java.util.List;
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
    assertThat(outcome).isEqualTo(new Goal.Outcome("ops/s >= 2x", 2.2, Interval.NONE, true));
    LoadResult[] slow = {result(190, 1, 1), result(190, 1, 1)};
    assertThat(twice.judge(ETCD, slow).reached()).isFalse();
  }

  @Test
  void lessLatencyAndCpuAreBetter() {
    LoadResult[] better = {result(1, 1_500, 10), result(1, 1_500, 10)};
    assertThat(new Goal(Figure.P50, 0.8).judge(ETCD, better))
        .isEqualTo(new Goal.Outcome("p50 <= 0.8x", 0.75, Interval.NONE, true));
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
  void onePairHasIntervalsFromItsSlices() {
    LoadResult[] a = {result(200, 10, 40, slice(90, 11, 4_000), slice(110, 9, 4_200))};
    LoadResult[] b = {result(400, 5, 20, slice(180, 6, 4_000), slice(220, 4, 4_400))};
    Interval throughput = new Goal(Figure.THROUGHPUT, 2).judge(a, b).interval();
    assertThat(throughput.within()).isTrue();
    assertThat(throughput.low()).as("the least of b by the most of a").isEqualTo(180 / 110.0);
    assertThat(throughput.high()).isEqualTo(220 / 90.0);
    assertThat(new Goal(Figure.P50, 1).judge(a, b).interval())
        .isEqualTo(new Interval(4 / 11.0, 6 / 9.0, true));
    Interval cpu = new Goal(Figure.CPU, 1).judge(a, b).interval();
    assertThat(cpu.low()).isLessThan(0.5);
    assertThat(cpu.high()).isGreaterThan(0.5);
    Interval longest = new Goal(Figure.LONGEST, 1).judge(a, b).interval();
    assertThat(longest.low())
        .as("400 of b at 220 a second, 200 of a at 90")
        .isCloseTo(180 / 220.0, within(1e-9));
    assertThat(longest.high()).isCloseTo(220 / 180.0, within(1e-9));
  }

  @Test
  void whatSlicesDoNotHoldHasNoInterval() {
    Slice bare = new Slice(1, 100, null, null);
    LoadResult[] one = {result(100, 10, 40, bare)};
    assertThat(new Goal(Figure.P50, 1).judge(one, one).interval()).isEqualTo(Interval.NONE);
    assertThat(new Goal(Figure.CPU, 1).judge(one, one).interval()).isEqualTo(Interval.NONE);
    assertThat(new Goal(Figure.THROUGHPUT, 1).judge(one, one).interval())
        .isEqualTo(new Interval(1, 1, true));
  }

  @Test
  void tableHasRatiosWithTheirIntervals() {
    Step step = Step.ALL.get(0);
    Sizes sizes = Sizes.of(new KeySpace(1_000, 16), 256, 20_000, 30);
    LoadResult[] a = {result(200, 10, 40, slice(100, 10, 4_000), slice(100, 10, 4_000))};
    LoadResult[] b = {result(400, 5, 20, slice(180, 5, 4_000), slice(220, 5, 4_000))};
    String table = LoadTable.of(List.of(Comparison.of(step, sizes, a, b)), "etcd", "kelson", 1);
    assertThat(table)
        .contains("| put, 64 clients | 200 | 400 | 2.00 (1.80-2.20 within) |")
        .contains("| ops/s >= 1.6x; CPU/op <= 0.6x | yes, 2.00x (1.80-2.20 within);")
        .contains("1 pair; too few");
  }

  @Test
  void lineOfJsonHasEachFieldOnce() {
    String line = LoadOptions.line(result(200, 10, 40, slice(90, 11, 1), slice(110, 9, 1)));
    assertThat(line).contains("\"operations\":200,").doesNotContain("slices");
    assertThat(line.split("\"operations\":", -1)).hasSize(2);
  }

  @Test
  void everyStepHasNameOfItsOwn() {
    Sizes sizes = Sizes.of(new KeySpace(1_000, 16), 256, 20_000, 30);
    Set<String> labels = new HashSet<>();
    Step.ALL.forEach(step -> labels.add(step.label(sizes)));
    assertThat(labels)
        .hasSize(Step.ALL.size())
        .contains("page of 10000 in 20000 keys, 1 client", "put, 64 clients");
  }

  private static Slice slice(long operations, double p50Micros, double cpuMicros) {
    return new Slice(1, operations, p50Micros, cpuMicros);
  }

  private static LoadResult result(
      double opsPerSecond, double p50Micros, double cpuMicros, Slice... slices) {
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
        0,
        List.of(slices));
  }
}
