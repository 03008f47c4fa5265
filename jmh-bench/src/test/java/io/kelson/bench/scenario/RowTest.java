package io.kelson.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.bench.scenario.Row.Unit;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowTest {
  @Test
  void cellHasValueAndShownParts() {
    Row memory =
        new Row("memory", Unit.MEBIBYTES, Bound.ofOther(1), "MiB anonymous", "MiB of files");
    Reading reading =
        Reading.of(1234.4).with("MiB anonymous", 900.2).with("MiB of files", 34.21).with("x", 1);
    assertThat(memory.cell(reading)).isEqualTo("1234 MiB (900 MiB anonymous, 34.2 MiB of files)");
    assertThat(memory.cell(Reading.of(2))).isEqualTo("2 MiB");
  }

  @Test
  void cellHoldsValueAgainstIdle() {
    Row row = new Row("p99", Unit.MILLISECONDS, Bound.ofOwnIdle(1.3), "snapshots installed");
    Reading reading =
        new Reading(3, 2, Map.of(), List.of(), Map.of()).with("snapshots installed", 1);
    assertThat(row.cell(reading))
        .isEqualTo("3.00 ms, 1.50x of 2.00 ms idle (1 snapshots installed)");
  }

  @Test
  void medianOfReadingsIsThatOfEachFigure() {
    Reading median =
        Reading.median(
            List.of(
                Reading.of(1).with("s", 30),
                Reading.of(5).with("s", 10),
                Reading.of(3).with("s", 20)));
    assertThat(median.value()).isEqualTo(3);
    assertThat(median.parts()).containsExactly(Map.entry("s", 20.0));
  }

  @Test
  void percentileIsOneOfTheSamples() {
    List<Double> few = List.of(3.0, 1.0, 2.0);
    assertThat(Failover.percentile(few, 50)).isEqualTo(2);
    assertThat(Failover.percentile(few, 99)).as("of few, the longest").isEqualTo(3);
    List<Double> many = IntStream.rangeClosed(1, 200).mapToObj(i -> (double) i).toList();
    assertThat(Failover.percentile(many, 50)).isEqualTo(100);
    assertThat(Failover.percentile(many, 99)).isEqualTo(198);
  }
}
