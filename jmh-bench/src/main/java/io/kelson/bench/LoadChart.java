package io.kelson.bench;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** A load run as a drawing: latencies by percentile, and operations a second over its time. */
final class LoadChart {
  private static final double[] PERCENTILES = {
    0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.995, 99.999
  };
  private static final double[] MARKED = {0, 90, 99, 99.9, 99.99, 99.999};

  /** More points than that are only thicker. */
  private static final int MAX_POINTS = 200;

  private LoadChart() {}

  /** The whole file. */
  static String svg(LoadResult result, Tally measured) {
    SvgPlot plot = new SvgPlot(title(result));
    latencies(plot, measured.latencies());
    throughput(plot, measured.perBucket(), result.elapsedSeconds());
    return plot.end();
  }

  private static String title(LoadResult result) {
    String load =
        result.ratePerSecond() > 0
            ? number(result.ratePerSecond()) + " ops/s asked for"
            : result.clients() + " clients";
    return String.format(
        Locale.ROOT,
        "%s, %s loop, %s on %d connections: %d operations, %.1f ops/s, %d errors",
        result.workload(),
        result.loop(),
        load,
        result.connections(),
        result.operations(),
        result.opsPerSecond(),
        result.errorCount());
  }

  /** Each further nine of the percentile takes as much room as the one before. */
  private static void latencies(SvgPlot plot, Histogram latencies) {
    double least = millis(Math.max(1_000, latencies.getMinValue()));
    double most = millis(Math.max(1_000, latencies.getMaxValue()));
    double low = Math.floor(Math.log10(least));
    double high = Math.max(low + 1, Math.ceil(Math.log10(most)));
    plot.panel("latency by percentile, ms", nines(PERCENTILES[PERCENTILES.length - 1]), low, high);
    for (double power = low; power <= high; power++) {
      plot.level(power, number(Math.pow(10, power)));
    }
    for (double percentile : MARKED) {
      plot.mark(nines(percentile), "p" + number(percentile));
    }
    for (double percentile : PERCENTILES) {
      // A percentile that too few operations stand behind would be the maximum once more.
      if (latencies.getTotalCount() * (100 - percentile) >= 100) {
        double value = millis(Math.max(1_000, latencies.getValueAtPercentile(percentile)));
        plot.point(
            nines(percentile),
            Math.log10(value),
            "p" + number(percentile) + ": " + number(value) + " ms");
      }
    }
    plot.line();
  }

  private static void throughput(SvgPlot plot, long[] perBucket, double seconds) {
    double bucketSeconds = Tally.BUCKET_NANOS / 1e9;
    // The last one has not all of its time.
    int whole = Math.min(perBucket.length, (int) (seconds / bucketSeconds));
    int together = Math.max(1, (whole + MAX_POINTS - 1) / MAX_POINTS);
    double most = 1;
    for (int i = 0; i + together <= whole; i += together) {
      most = Math.max(most, rate(perBucket, i, together));
    }
    double top = nice(most);
    plot.panel("operations a second", Math.max(seconds, bucketSeconds), 0, top);
    for (int i = 0; i <= 4; i++) {
      plot.level(top * i / 4, number(top * i / 4));
      plot.mark(seconds * i / 4, number(seconds * i / 4) + " s");
    }
    for (int i = 0; i + together <= whole; i += together) {
      double middle = (i + together / 2.0) * bucketSeconds;
      double rate = rate(perBucket, i, together);
      plot.point(middle, rate, number(middle) + " s: " + number(rate) + " ops/s");
    }
    plot.line();
  }

  private static double rate(long[] perBucket, int from, int count) {
    long sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += perBucket[i];
    }
    return sum * 1e9 / (count * (double) Tally.BUCKET_NANOS);
  }

  private static double nines(double percentile) {
    return -Math.log10(1 - percentile / 100);
  }

  private static double millis(double nanos) {
    return nanos / 1e6;
  }

  /** The next of 1, 2, 4, 10 and so on that is not less. */
  private static double nice(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double factor : new double[] {1, 2, 4}) {
      if (value <= power * factor) {
        return power * factor;
      }
    }
    return power * 10;
  }

  /** Without digits that say nothing. */
  private static String number(double value) {
    return BigDecimal.valueOf(value)
        .setScale(3, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}
