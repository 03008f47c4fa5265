package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which goals the drawing shows, and how. */
class GoalChartTest {
  @Test
  void drawsABarForEachGoalThatHasARatio() {
    String svg =
        GoalChart.svg(
            "a < b",
            List.of(
                load(
                    "put, 64 clients",
                    new Goal.Outcome("ops/s >= 1.6x", 2.14, new Interval(1.9, 2.3, true), true),
                    new Goal.Outcome("CPU/op <= 0.6x", 0.71, null, false)),
                load("broken", new Goal.Outcome("ops/s >= 2x", 0, Interval.NONE, false))),
            List.of());
    assertThat(svg).startsWith("<svg ").endsWith("</svg>\n").contains("a &lt; b");
    assertThat(svg).contains("put, 64 clients: ops/s &gt;= 1.6x", ">2.14<", ">0.71<");
    assertThat(svg.split("<rect x=", -1)).as("one has no ratio").hasSize(1 + 2);
    assertThat(svg.split("stroke-opacity", -1))
        .as("an older result has no interval")
        .hasSize(1 + 1);
    assertThat(svg.split("#2e7d32", -1)).as("reached").hasSize(1 + 1);
    assertThat(svg.split("#c62828", -1)).as("missed").hasSize(1 + 1);
  }

  private static Comparison load(String step, Goal.Outcome... goals) {
    Comparison.Medians none = new Comparison.Medians(0, 0, 0, 0, 0, 0, null);
    return new Comparison(step, none, none, 1, Interval.NONE, 1, List.of(goals));
  }
}
