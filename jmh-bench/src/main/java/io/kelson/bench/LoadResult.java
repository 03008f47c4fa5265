package io.kelson.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a measured phase came to; its components are the fields of the JSON line, but for the
 * slices.
 *
 * @param loop {@code closed} or {@code open}
 * @param ratePerSecond the open loop's rate, 0 in a closed one
 * @param operations how many succeeded
 * @param opsPerSecond of these, over the time from the first start to the last end
 * @param sentLate the open loop's operations that left over 1 ms after their time
 * @param errors how many failed, by text
 * @param notes what else was counted: how many operations were answered in a way of their own, or
 *     what the load did beside them
 * @param serverCpuMicrosPerOp of all servers together; null if no process ids were given
 * @param diskBytesWrittenPerOp what the disks that they write to wrote meanwhile, for all programs;
 *     null if that is unknown
 * @param fdatasyncsPerOp how often the servers had a file synced, by fdatasync or fsync; null if
 *     that is unknown
 */
public record LoadResult(
    String workload,
    String loop,
    int clients,
    int connections,
    double ratePerSecond,
    double elapsedSeconds,
    long operations,
    double opsPerSecond,
    double meanMicros,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    double maxMicros,
    long sentLate,
    Map<String, Long> errors,
    Map<String, Long> notes,
    Double serverCpuMicrosPerOp,
    Double diskBytesWrittenPerOp,
    Double fdatasyncsPerOp,
    double driverCpuMicrosPerOp,
    List<Slice> slices) {

  static LoadResult of(String workload, LoadPlan plan, Tally tally, Cost cost) {
    double elapsedSeconds =
        tally.lastEndNanos() == Long.MIN_VALUE
            ? 0
            : (tally.lastEndNanos() - tally.startNanos()) / 1e9;
    Histogram latencies = tally.latencies();
    long operations = latencies.getTotalCount();
    return new LoadResult(
        workload,
        plan.open() ? "open" : "closed",
        plan.open() ? 0 : plan.clients(),
        plan.connections(),
        plan.ratePerSecond(),
        round(elapsedSeconds, 1_000),
        operations,
        round(operations / elapsedSeconds, 10),
        round(latencies.getMean() / 1e3, 10),
        round(latencies.getValueAtPercentile(50) / 1e3, 10),
        round(latencies.getValueAtPercentile(99) / 1e3, 10),
        round(latencies.getValueAtPercentile(99.9) / 1e3, 10),
        round(latencies.getMaxValue() / 1e3, 10),
        tally.sentLate(),
        new TreeMap<>(tally.errors()),
        new TreeMap<>(tally.notes()),
        cost.servers() ? perOperation(cost.serverCpuMicros(), operations) : null,
        cost.servers() && cost.diskBytesWritten() >= 0
            ? perOperation(cost.diskBytesWritten(), operations)
            : null,
        cost.syncs() >= 0 ? perOperation(cost.syncs(), operations, 10_000) : null,
        perOperation(cost.driverCpuMicros(), operations),
        tally.slices(cost.serverCpuCourse()));
  }

  /** How many operations failed. */
  public long errorCount() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  /** As a table for people. */
  public String table() {
    StringBuilder out = new StringBuilder();
    row(out, "workload", workload + ", " + loop + " loop");
    row(out, "load", load());
    row(out, "operations", operations + " in " + elapsedSeconds + " s");
    row(out, "throughput", String.format("%.1f ops/s", opsPerSecond));
    row(out, "latency p50", millis(p50Micros));
    row(out, "latency p99", millis(p99Micros));
    row(out, "latency p99.9", millis(p999Micros));
    row(out, "latency max", millis(maxMicros));
    if (serverCpuMicrosPerOp != null) {
      row(out, "server CPU", String.format("%.1f us/op", serverCpuMicrosPerOp));
    }
    if (diskBytesWrittenPerOp != null) {
      row(
          out,
          "disk",
          String.format("%.1f bytes written/op, by all programs", diskBytesWrittenPerOp));
    }
    if (fdatasyncsPerOp != null) {
      row(out, "syncs", String.format("%.4f fdatasync or fsync/op", fdatasyncsPerOp));
    }
    row(out, "driver CPU", String.format("%.1f us/op", driverCpuMicrosPerOp));
    if (sentLate > 0) {
      row(out, "sent late", sentLate + " left over 1 ms after their time");
    }
    notes.forEach((text, count) -> row(out, "beside", count + " x " + text));
    row(out, "errors", Long.toString(errorCount()));
    errors.forEach((text, count) -> row(out, "", count + " x " + text));
    return out.toString();
  }

  private String load() {
    String rate = ratePerSecond > 0 ? ratePerSecond + " ops/s" : clients + " clients";
    return rate + " on " + connections + " connections";
  }

  private static void row(StringBuilder out, String name, String value) {
    out.append(String.format("%-15s %s%n", name, value));
  }

  private static String millis(double micros) {
    return String.format("%.3f ms", micros / 1e3);
  }

  private static double perOperation(long cost, long operations) {
    return perOperation(cost, operations, 10);
  }

  private static double perOperation(long cost, long operations, long steps) {
    return operations == 0 ? 0 : round((double) cost / operations, steps);
  }

  private static double round(double value, long steps) {
    return Double.isFinite(value) ? Math.round(value * steps) / (double) steps : 0;
  }
}
