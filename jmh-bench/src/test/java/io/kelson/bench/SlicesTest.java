package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A phase cut into stretches of its time, and what is drawn from them. */
class SlicesTest {
  private static final long START = 1_000_000;

  @Test
  void shortPhaseKeepsItsTenths() {
    Tally tally = Tally.sliced(START);
    second(tally, 0, 10, 1_000);
    List<Slice> slices = tally.slices(CpuCourse.UNKNOWN);
    assertThat(slices).hasSize(10);
    assertThat(slices).extracting(Slice::operations).containsOnly(1L);
    assertThat(slices).extracting(Slice::p50Micros).allMatch(micros -> Math.abs(micros - 1) < 0.01);
    assertThat(slices).extracting(Slice::serverCpuMicros).containsOnlyNulls();
  }

  @Test
  void longPhaseHasFewerThanItsTenthsAndLosesNothing() {
    Tally tally = Tally.sliced(START);
    for (int second = 0; second < 60; second++) {
      second(tally, second, 10, 1_000L * (second + 1));
    }
    List<Slice> slices = tally.slices(CpuCourse.UNKNOWN);
    assertThat(slices).hasSizeBetween(Slices.MOST / 2, Slices.MOST);
    assertThat(slices.stream().mapToLong(Slice::operations).sum()).isEqualTo(600);
    assertThat(slices.get(0).p50Micros()).as("of the first seconds").isBetween(1.0, 3.1);
    assertThat(slices.get(slices.size() - 1).p50Micros()).as("of the last").isGreaterThan(55);
    assertThat(slices.stream().mapToDouble(Slice::seconds).sum())
        .as("to the end of the last operation")
        .isCloseTo(59.901, within(0.001));
  }

  @Test
  void countsWithoutLatenciesAreCutAlike() {
    Tally counted = new Tally(START);
    Tally sliced = Tally.sliced(START);
    for (int second = 0; second < 7; second++) {
      second(counted, second, 100, 1_000);
      second(sliced, second, 100, 1_000);
    }
    List<Slice> slices = counted.slices(CpuCourse.UNKNOWN);
    assertThat(slices).extracting(Slice::p50Micros).containsOnlyNulls();
    assertThat(slices)
        .extracting(Slice::operations)
        .isEqualTo(sliced.slices(CpuCourse.UNKNOWN).stream().map(Slice::operations).toList());
  }

  @Test
  void loopsOfDifferentLengthAddUp() {
    Tally sum = Tally.sliced(START);
    Tally brief = Tally.sliced(START);
    second(brief, 0, 10, 5_000);
    Tally whole = Tally.sliced(START);
    for (int second = 0; second < 10; second++) {
      second(whole, second, 10, 1_000);
    }
    sum.add(brief);
    sum.add(whole);
    List<Slice> slices = sum.slices(CpuCourse.UNKNOWN);
    assertThat(slices.stream().mapToLong(Slice::operations).sum()).isEqualTo(110);
    long first = slices.stream().limit(2).mapToLong(Slice::operations).sum();
    assertThat(first).as("ten of one and sixteen tenths of the other").isEqualTo(26);
    assertThat(slices.get(slices.size() - 1).p50Micros()).as("of one").isLessThan(1.01);
  }

  @Test
  void emptyPhaseHasNone() {
    assertThat(Tally.sliced(START).slices(CpuCourse.UNKNOWN)).isEmpty();
  }

  @Test
  void drawsThroughputAndCpuAroundWhatAllTogetherDid() {
    List<Slice> slices = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      slices.add(new Slice(0.5, 100 + 10 * (i % 2), null, 2_000.0 + i));
    }
    List<Double> rates = draws(Slice.operationsPerSecond(slices));
    assertThat(rates).allMatch(rate -> rate >= 200 && rate <= 220);
    assertThat(Set.copyOf(rates)).as("not one as the other").hasSizeGreaterThan(5);
    assertThat(rates.stream().mapToDouble(Double::doubleValue).average().orElseThrow())
        .isBetween(208.0, 212.0);
    assertThat(draws(Slice.cpuPerOperation(slices)))
        .allMatch(micros -> micros > 2_000.0 / 110 && micros < 2_020.0 / 100);
  }

  @Test
  void drawsMedianByTheNumberOfOperations() {
    List<Slice> slices = List.of(new Slice(1, 1, 900.0, null), new Slice(1, 1_000, 5.0, null));
    assertThat(draws(Slice.medianLatency(slices)))
        .as("900 only where both draws are the slice of one operation")
        .containsOnly(5.0, 900.0)
        .filteredOn(median -> median == 900)
        .hasSizeLessThan(10);
  }

  @Test
  void drawsPercentilesOfAllLatencies() {
    Tally tally = Tally.sliced(START);
    for (int second = 0; second < 2; second++) {
      second(tally, second, 100, second == 0 ? 1_000 : 9_000);
    }
    List<Double> medians = draws(tally.percentile(50));
    assertThat(medians).allMatch(nanos -> near(nanos, 1_000) || near(nanos, 9_000));
    assertThat(medians).anyMatch(nanos -> near(nanos, 1_000));
    assertThat(medians).anyMatch(nanos -> near(nanos, 9_000));
  }

  @Test
  void cpuTimeIsSharedOutBetweenReadings() {
    CpuCourse course = new CpuCourse(new long[] {0, 100, 200}, new long[] {50, 70, 100});
    assertThat(course.microsBetween(0, 100)).isEqualTo(20);
    assertThat(course.microsBetween(50, 150)).isEqualTo(25);
    assertThat(course.microsBetween(-10, 300)).as("no more than was read").isEqualTo(50);
    assertThat(course.known()).isTrue();
    assertThat(CpuCourse.UNKNOWN.known()).isFalse();
  }

  @Test
  void cpuTimeIsReadWhileSomethingRuns() {
    long pid = ProcessHandle.current().pid();
    try (CpuRecorder recorder = CpuRecorder.start(List.of(pid))) {
      long before = CpuMeter.micros(List.of(pid));
      while (CpuMeter.micros(List.of(pid)) - before < 30_000) {
        Thread.onSpinWait();
      }
      CpuCourse course = recorder.stop();
      assertThat(course.known()).isTrue();
      assertThat(course.nanos()).isSorted();
      assertThat(course.micros()[course.micros().length - 1])
          .isGreaterThanOrEqualTo(before + 30_000);
    }
    assertThat(CpuRecorder.start(List.of()).stop().known()).isFalse();
  }

  /** So many operations evenly in that second, each of this latency. */
  private static void second(Tally tally, int second, int operations, long latencyNanos) {
    for (int i = 0; i < operations; i++) {
      long end =
          START
              + TimeUnit.SECONDS.toNanos(second)
              + TimeUnit.SECONDS.toNanos(1) * i / operations
              + 10_000_000 / operations;
      tally.succeeded(end - latencyNanos, end);
    }
  }

  private static boolean near(double value, double expected) {
    return Math.abs(value - expected) < expected / 100;
  }

  private static List<Double> draws(Draw draw) {
    SplittableRandom random = new SplittableRandom(7);
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(draw.again(random));
    }
    return all;
  }
}
