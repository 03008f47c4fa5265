package io.kelson.chaos.report;

import io.kelson.chaos.run.FaultWindow;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Drawings over a run's time, as SVG; the times of faults are shaded. Not thread-safe. */
final class Chart {
  private static final int WIDTH = 1_000;
  private static final int HEIGHT = 210;
  private static final int LEFT = 66;
  private static final int RIGHT = 12;
  private static final int TOP = 22;
  private static final int BOTTOM = 24;
  private static final double[] TIME_STEPS = {0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800};

  private final Timeline timeline;
  private final double seconds;
  private final StringBuilder svg = new StringBuilder();

  private Chart(Timeline timeline, List<FaultWindow> faults, String label) {
    this.timeline = timeline;
    this.seconds = Math.max(timeline.seconds(), 1);
    svg.append("<svg viewBox=\"0 0 ").append(WIDTH).append(' ').append(HEIGHT);
    svg.append("\" role=\"img\" aria-label=\"").append(Html.text(label)).append("\">\n");
    faults.forEach(this::shade);
    timeAxis();
  }

  /** Operations a second, stacked by what came of them. */
  static String rates(Timeline timeline, List<FaultWindow> faults) {
    Chart chart = new Chart(timeline, faults, "operations a second");
    double top = nice(timeline.mostPerSecond());
    for (int i = 0; i <= 4; i++) {
      double value = top * i / 4;
      chart.grid(y(value / top), label(value));
    }
    double x = 0;
    for (Timeline.Bucket bucket : timeline.buckets()) {
      chart.stack(bucket, x, top);
      x += timeline.bucketSeconds();
    }
    chart.legend("operations/s: ", List.of("ok", "failed", "unknown"));
    return chart.end();
  }

  /** Times to an answer, on a logarithmic scale. */
  static String latencies(Timeline timeline, List<FaultWindow> faults) {
    Chart chart = new Chart(timeline, faults, "milliseconds to an answer");
    double high = Math.max(1, Math.ceil(Math.log10(Math.max(1, timeline.longestMillis()))));
    double low = -1;
    for (double power = low; power <= high; power++) {
      chart.grid(y((power - low) / (high - low)), label(Math.pow(10, power)) + " ms");
    }
    chart.line("max", Timeline.Bucket::maxMillis, low, high);
    chart.line("p99", Timeline.Bucket::p99Millis, low, high);
    chart.line("p50", Timeline.Bucket::p50Millis, low, high);
    chart.legend("time to an answer: ", List.of("p50", "p99", "max"));
    return chart.end();
  }

  private void shade(FaultWindow fault) {
    double from = x(fault.startNanos() / 1e9);
    double to = Math.max(from + 2, x(fault.endNanos() / 1e9));
    svg.append("<rect class=\"fault\" x=\"").append(digits(from)).append("\" y=\"").append(TOP);
    svg.append("\" width=\"").append(digits(to - from)).append("\" height=\"");
    svg.append(HEIGHT - TOP - BOTTOM).append("\" fill=\"var(--fault)\" opacity=\"");
    svg.append(fault.tookEffect() ? "0.16" : "0.06").append("\"><title>");
    svg.append(Html.text(fault.what())).append("</title></rect>\n");
  }

  private void timeAxis() {
    double step = TIME_STEPS[TIME_STEPS.length - 1];
    for (int i = TIME_STEPS.length - 1; i >= 0 && seconds / TIME_STEPS[i] <= 14; i--) {
      step = TIME_STEPS[i];
    }
    for (double at = 0; at <= seconds; at += step) {
      text(x(at), HEIGHT - 8, "middle", label(at) + " s");
    }
  }

  private void grid(double y, String label) {
    svg.append("<line x1=\"").append(LEFT).append("\" x2=\"").append(WIDTH - RIGHT);
    svg.append("\" y1=\"").append(digits(y)).append("\" y2=\"").append(digits(y));
    svg.append("\" stroke=\"var(--line)\"/>\n");
    text(LEFT - 6, y + 4, "end", label);
  }

  private void stack(Timeline.Bucket bucket, double start, double top) {
    double perSecond = timeline.bucketSeconds() * top;
    double base = 0;
    int[] counts = {bucket.ok(), bucket.failed(), bucket.unknown()};
    String[] names = {"ok", "failed", "unknown"};
    double left = x(start);
    double width = Math.max(0.5, x(start + timeline.bucketSeconds()) - left - 0.5);
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        double upper = y(Math.min(1, base + counts[i] / perSecond));
        svg.append("<rect x=\"").append(digits(left)).append("\" y=\"").append(digits(upper));
        svg.append("\" width=\"").append(digits(width)).append("\" height=\"");
        svg.append(digits(y(base) - upper)).append("\" fill=\"var(--").append(names[i]);
        svg.append(")\"><title>").append(label(start)).append(" s: ").append(bucket.ok());
        svg.append(" ok, ").append(bucket.failed()).append(" failed, ").append(bucket.unknown());
        svg.append(" unknown</title></rect>\n");
        base += counts[i] / perSecond;
      }
    }
  }

  /** Broken where nothing was answered. */
  private void line(String name, ToDoubleFunction<Timeline.Bucket> value, double low, double high) {
    StringBuilder path = new StringBuilder();
    boolean down = false;
    double middle = timeline.bucketSeconds() / 2;
    for (Timeline.Bucket bucket : timeline.buckets()) {
      if (bucket.ok() == 0) {
        down = false;
      } else {
        double power = Math.max(low, Math.log10(Math.max(1e-3, value.applyAsDouble(bucket))));
        path.append(down ? 'L' : 'M').append(digits(x(middle))).append(' ');
        path.append(digits(y((power - low) / (high - low)))).append("h0.1");
        down = true;
      }
      middle += timeline.bucketSeconds();
    }
    svg.append("<path d=\"").append(path).append("\" fill=\"none\" stroke-width=\"1.6\"");
    svg.append(" stroke=\"var(--").append(name).append(")\"/>\n");
  }

  private void legend(String what, List<String> names) {
    text(LEFT, 13, "start", what);
    double x = LEFT + 6.2 * what.length();
    for (String name : names) {
      svg.append("<rect x=\"").append(digits(x)).append("\" y=\"5\" width=\"10\" height=\"10\"");
      svg.append(" fill=\"var(--").append(name).append(")\"/>\n");
      text(x + 14, 13, "start", name);
      x += 34 + 7 * name.length();
    }
    svg.append("<rect x=\"").append(digits(x)).append("\" y=\"5\" width=\"10\" height=\"10\"");
    svg.append(" fill=\"var(--fault)\" opacity=\"0.3\"/>\n");
    text(x + 14, 13, "start", "a fault");
  }

  private void text(double x, double y, String anchor, String text) {
    svg.append("<text x=\"").append(digits(x)).append("\" y=\"").append(digits(y));
    svg.append("\" text-anchor=\"").append(anchor).append("\">").append(Html.text(text));
    svg.append("</text>\n");
  }

  private String end() {
    return svg.append("</svg>\n").toString();
  }

  private double x(double second) {
    double share = Math.min(1, Math.max(0, second / seconds));
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double share) {
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  /** The next of 1, 2, 4, 10 and so on that is not less. */
  private static double nice(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(1, value))));
    for (double factor : new double[] {1, 2, 4, 10}) {
      if (value <= power * factor) {
        return power * factor;
      }
    }
    return power * 10;
  }

  private static String label(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  private static String digits(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
