package io.kelson.bench;

import io.kelson.bench.scenario.ScenarioComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What came of the goals of a side-by-side run, as a drawing: a bar for each, from 1 to the ratio,
 * on a logarithmic axis, with a line for its interval and a mark where the goal lies.
 */
final class GoalChart {
  private static final int WIDTH = 980;
  private static final int LABEL = 430;
  private static final int RIGHT = 70;
  private static final int ROW = 22;
  private static final int HEADING = 48;
  private static final int FOOT = 26;
  private static final double LOW = Math.log(1.0 / 64);
  private static final double HIGH = Math.log(512);
  private static final String REACHED = "#2e7d32";
  private static final String MISSED = "#c62828";

  private final StringBuilder body = new StringBuilder();
  private int rows;

  private GoalChart() {}

  /** One goal: its text ends in the bound. */
  private record Bar(String label, String goal, double ratio, Interval interval, boolean reached) {
    double bound() {
      String[] words = goal.split(" ");
      for (String word : words) {
        if (word.matches("[0-9.]+x?")) {
          return Double.parseDouble(word.replace("x", ""));
        }
      }
      return 1;
    }
  }

  /** The whole file. */
  static String svg(String title, List<Comparison> loads, List<ScenarioComparison> scenarios) {
    GoalChart chart = new GoalChart();
    List<Bar> bars = new ArrayList<>();
    for (Comparison load : loads) {
      for (Goal.Outcome goal : load.goals()) {
        bars.add(new Bar(load.step(), goal.goal(), goal.ratio(), goal.interval(), goal.reached()));
      }
    }
    for (ScenarioComparison scenario : scenarios) {
      bars.add(
          new Bar(
              scenario.what(),
              scenario.goalText(),
              scenario.measured(),
              scenario.measuredInterval(),
              scenario.goalReached()));
    }
    chart.grid(bars.size());
    bars.stream().filter(bar -> bar.ratio() > 0).forEach(chart::add);
    return chart.end(title, bars.size());
  }

  private void grid(int count) {
    for (double at = 1.0 / 64; at <= 512; at *= 4) {
      double x = x(at);
      body.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>%n",
              x,
              HEADING - 6,
              x,
              HEADING + count * ROW,
              at == 1 ? "#333" : "#ddd"));
      String name = at < 1 ? "1/" + Math.round(1 / at) : Long.toString(Math.round(at));
      text(x, HEADING + count * ROW + 16, "middle", name);
    }
  }

  private void add(Bar bar) {
    int top = HEADING + rows * ROW;
    rows++;
    text(LABEL - 8, top + 14, "end", bar.label() + ": " + bar.goal());
    double from = Math.min(x(1), x(bar.ratio()));
    double to = Math.max(x(1), x(bar.ratio()));
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
            from,
            top + 3,
            Math.max(1, to - from),
            ROW - 8,
            bar.reached() ? REACHED : MISSED));
    if (bar.interval() != null && bar.interval().known()) {
      line(x(bar.interval().low()), x(bar.interval().high()), top + ROW / 2 - 1);
    }
    double mark = x(bar.bound());
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#000\""
                + " stroke-width=\"2\"/>%n",
            mark,
            top + 1,
            mark,
            top + ROW - 3));
    double end = bar.interval() == null ? to : Math.max(to, x(bar.interval().high()));
    text(
        Math.max(end, mark) + 6,
        top + 14,
        "start",
        String.format(Locale.ROOT, "%.2f", bar.ratio()));
  }

  /** An interval: older results have none. */
  private void line(double from, double to, int y) {
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#333\""
                + " stroke-width=\"3\" stroke-opacity=\"0.6\"/>%n",
            from,
            y,
            to,
            y));
  }

  private String end(String title, int count) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\" role=\"img\">%n",
            WIDTH, HEADING + count * ROW + FOOT));
    out.append("<title>").append(SvgPlot.escape(title)).append("</title>\n");
    out.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    out.append("<text x=\"12\" y=\"20\" fill=\"#333\">");
    out.append(SvgPlot.escape(title)).append("</text>\n");
    return out.append(body).append("</svg>\n").toString();
  }

  private void text(double x, double y, String anchor, String text) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#333\">%s</text>%n",
            x,
            y,
            anchor,
            SvgPlot.escape(text)));
  }

  private static double x(double ratio) {
    double share = (Math.log(ratio) - LOW) / (HIGH - LOW);
    return LABEL + Math.min(1, Math.max(0, share)) * (WIDTH - LABEL - RIGHT);
  }
}
