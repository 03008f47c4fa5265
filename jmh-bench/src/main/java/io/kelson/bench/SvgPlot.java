package io.kelson.bench;

import java.util.Locale;

/** Panels with one line each, one below the other, as an SVG file. Not thread-safe. */
final class SvgPlot {
  private static final int WIDTH = 900;
  private static final int PANEL = 260;
  private static final int LEFT = 80;
  private static final int RIGHT = 40;
  private static final int HEADING = 30;
  private static final int TOP = 26;
  private static final int BOTTOM = 28;
  private static final String INK = "#333";
  private static final String GRID = "#ddd";
  private static final String LINE = "#1667b7";

  private final StringBuilder body = new StringBuilder();
  private final StringBuilder path = new StringBuilder();
  private final StringBuilder dots = new StringBuilder();
  private final String title;
  private int panels;
  private double right;
  private double low;
  private double high;

  SvgPlot(String title) {
    this.title = title;
    text(12, 20, "start", title);
  }

  /**
   * Begins a panel below those before.
   *
   * @param right where its horizontal axis ends, which begins at 0
   * @param low where its vertical axis begins
   * @param high and where it ends
   */
  void panel(String name, double right, double low, double high) {
    panels++;
    this.right = right;
    this.low = low;
    this.high = high;
    text(LEFT, top() - 8, "start", name);
  }

  /** A horizontal line with its name beside. */
  void level(double y, String name) {
    rule(LEFT, y(y), WIDTH - RIGHT, y(y));
    text(LEFT - 6, y(y) + 4, "end", name);
  }

  /** A vertical line with its name below. */
  void mark(double x, String name) {
    rule(x(x), top(), x(x), bottom());
    text(x(x), bottom() + 18, "middle", name);
  }

  /** The next point of the line, with what is said when the mouse is on it. */
  void point(double x, double y, String tip) {
    path.append(path.length() == 0 ? 'M' : 'L').append(digits(x(x))).append(' ');
    path.append(digits(y(y)));
    dots.append("<circle cx=\"").append(digits(x(x))).append("\" cy=\"").append(digits(y(y)));
    dots.append("\" r=\"2.5\" fill=\"").append(LINE).append("\"><title>").append(escape(tip));
    dots.append("</title></circle>\n");
  }

  /** Draws the line through the points since the last. */
  void line() {
    if (path.length() > 0) {
      body.append("<path d=\"").append(path).append("\" fill=\"none\" stroke=\"").append(LINE);
      body.append("\" stroke-width=\"1.5\"/>\n").append(dots);
    }
    path.setLength(0);
    dots.setLength(0);
  }

  /** The whole file. */
  String end() {
    int height = HEADING + panels * PANEL;
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "
        + WIDTH
        + " "
        + height
        + "\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n<title>"
        + escape(title)
        + "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        + body
        + "</svg>\n";
  }

  private void rule(double x1, double y1, double x2, double y2) {
    body.append("<line x1=\"").append(digits(x1)).append("\" y1=\"").append(digits(y1));
    body.append("\" x2=\"").append(digits(x2)).append("\" y2=\"").append(digits(y2));
    body.append("\" stroke=\"").append(GRID).append("\"/>\n");
  }

  private void text(double x, double y, String anchor, String text) {
    body.append("<text x=\"").append(digits(x)).append("\" y=\"").append(digits(y));
    body.append("\" text-anchor=\"").append(anchor).append("\" fill=\"").append(INK);
    body.append("\">").append(escape(text)).append("</text>\n");
  }

  private double top() {
    return HEADING + (panels - 1) * PANEL + TOP;
  }

  private double bottom() {
    return HEADING + panels * PANEL - BOTTOM;
  }

  private double x(double x) {
    return LEFT + Math.min(1, Math.max(0, x / right)) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double y) {
    double share = Math.min(1, Math.max(0, (y - low) / (high - low)));
    return bottom() - share * (bottom() - top());
  }

  private static String digits(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** Text as it may stand in the file. */
  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
