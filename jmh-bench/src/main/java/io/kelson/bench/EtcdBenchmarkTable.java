package io.kelson.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What etcd's own load generator found of two sides, as a Markdown table. */
final class EtcdBenchmarkTable {
  private EtcdBenchmarkTable() {}

  /**
   * Medians over the pairs, and of the ratios within them.
   *
   * @param a the first side's results, a list per pair
   * @param b the second side's, in the same order
   * @return nothing if nothing was run
   */
  static String of(List<List<EtcdBenchmark.Result>> a, List<List<EtcdBenchmark.Result>> b) {
    if (a.isEmpty() || a.get(0).isEmpty()) {
      return "";
    }
    StringBuilder out = new StringBuilder("\nthe same clusters under etcd's benchmark tool:\n");
    out.append("| load | a requests/s | b requests/s | b/a | a us/op | b us/op | b/a | errors |\n");
    out.append("|---|---|---|---|---|---|---|---|\n");
    for (int load = 0; load < a.get(0).size(); load++) {
      out.append(row(column(a, load), column(b, load)));
    }
    return out.toString();
  }

  private static List<EtcdBenchmark.Result> column(
      List<List<EtcdBenchmark.Result>> pairs, int load) {
    return pairs.stream().map(results -> results.get(load)).toList();
  }

  private static String row(List<EtcdBenchmark.Result> a, List<EtcdBenchmark.Result> b) {
    long errors =
        a.stream().mapToLong(EtcdBenchmark.Result::errors).sum()
            + b.stream().mapToLong(EtcdBenchmark.Result::errors).sum();
    return String.format(
        "| %s | %s | %s | %d |%n",
        a.get(0).load(),
        figures(a, b, EtcdBenchmark.Result::requestsPerSecond),
        figures(a, b, EtcdBenchmark.Result::serverCpuMicrosPerOp),
        errors);
  }

  private static String figures(
      List<EtcdBenchmark.Result> a,
      List<EtcdBenchmark.Result> b,
      ToDoubleFunction<EtcdBenchmark.Result> figure) {
    double[] ofA = a.stream().mapToDouble(figure).toArray();
    double[] ofB = b.stream().mapToDouble(figure).toArray();
    double[] ratios =
        IntStream.range(0, ofA.length)
            .mapToDouble(i -> ofA[i] == 0 ? 0 : ofB[i] / ofA[i])
            .toArray();
    return String.format(
        "%.0f | %.0f | %.2f", Ratios.median(ofA), Ratios.median(ofB), Ratios.median(ratios));
  }
}
