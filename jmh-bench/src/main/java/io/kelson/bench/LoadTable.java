package io.kelson.bench;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a side-by-side run prints of its loads.
 *
 * @param steps the loads of each leg
 * @param sizes of these
 */
record LoadTable(List<Step> steps, Sizes sizes) {
  /** What a leg came to, as it is printed when it has ended. */
  String leg(String name, SideBySide.LegReport leg) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            "%s: of all CPU time %.1f%% stolen, %.1f%% used by other programs%s%n"
                + "  the servers' memory at its peak: %d MiB%n",
            name,
            leg.stolenPercent(),
            leg.foreignPercent(),
            leg.quiet() ? "" : "  <- not a quiet machine",
            leg.peakMemoryMebibytes()));
    for (int i = 0; i < steps.size(); i++) {
      LoadResult result = leg.results().get(i);
      out.append(
          String.format(
              "  %-36s %9.0f ops/s  p50 %8.2f ms  p99 %8.2f ms  %6.0f us/op  %7.0f B written/op"
                  + "  %d errors%n",
              steps.get(i).label(sizes),
              result.opsPerSecond(),
              result.p50Micros() / 1e3,
              result.p99Micros() / 1e3,
              result.serverCpuMicrosPerOp(),
              result.diskBytesWrittenPerOp(),
              result.errorCount()));
    }
    return out.toString();
  }

  /** The table of all loads. */
  static String of(List<Comparison> comparisons, String a, String b, int pairs) {
    StringBuilder out = new StringBuilder("\n");
    out.append(Interval.legend(pairs)).append("; us/op: CPU of the three servers\n");
    out.append(
        String.format(
            "| load | a (%s) ops/s | b (%s) ops/s | b/a (95%%) | a p50/p99 ms | b p50/p99 ms |"
                + " a us/op | b us/op | b/a | a, b bytes written/op | a, b syncs/op | goal | reached |%n",
            a, b));
    out.append("|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (Comparison row : comparisons) {
      out.append(
          String.format(
              "| %s | %.0f | %.0f | %.2f%s | %s | %s | %.0f | %.0f | %.2f | %.0f, %.0f | %s, %s | %s | %s |%n",
              row.step(),
              row.a().opsPerSecond(),
              row.b().opsPerSecond(),
              row.ratioMedian(),
              row.ratioInterval().text(),
              latencies(row.a()),
              latencies(row.b()),
              row.a().cpuMicrosPerOp(),
              row.b().cpuMicrosPerOp(),
              row.cpuRatioMedian(),
              row.a().bytesWrittenPerOp(),
              row.b().bytesWrittenPerOp(),
              row.a().syncsText(),
              row.b().syncsText(),
              joined(row, Goal.Outcome::goal),
              joined(row, LoadTable::reached)));
    }
    return out.toString();
  }

  private static String joined(Comparison row, Function<Goal.Outcome, String> part) {
    return row.goals().stream().map(part).collect(Collectors.joining("; "));
  }

  private static String reached(Goal.Outcome outcome) {
    return String.format(
        "%s, %.2fx%s",
        outcome.reached() ? "yes" : "no", outcome.ratio(), outcome.interval().text());
  }

  private static String latencies(Comparison.Medians medians) {
    return String.format("%.2f / %.1f", medians.p50Micros() / 1e3, medians.p99Micros() / 1e3);
  }
}
