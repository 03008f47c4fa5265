package io.kelson.chaos.report;

import java.util.List;
import java.util.Locale;

/** Pieces of the pages: everything a page needs is in it. */
final class Html {
  private static final String STYLE =
      """
      :root { --fg: #1c2330; --dim: #5d6778; --bg: #ffffff; --line: #d9dee7; --soft: #f3f5f9;
        --ok: #2f7d5b; --failed: #c98a1b; --unknown: #b8402f; --fault: #b8402f; --p50: #3a6ea5;
        --p99: #8757a8; --max: #9aa3b2; }
      @media (prefers-color-scheme: dark) { :root { --fg: #e4e8ef; --dim: #98a2b3; --bg: #14181f;
        --line: #303846; --soft: #1c222c; --ok: #4fb386; --failed: #e0ac4c; --unknown: #e2705f;
        --fault: #e2705f; --p50: #6ea2d8; --p99: #b78ad6; --max: #6b7686; } }
      body { font: 15px/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg);
        margin: 0 auto; max-width: 1080px; padding: 24px; }
      h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 8px; }
      .dim { color: var(--dim); } code, pre { font: 13px/1.45 ui-monospace, monospace; }
      pre { background: var(--soft); padding: 12px; overflow-x: auto; border-radius: 6px; }
      table { border-collapse: collapse; width: 100%; } th, td { text-align: left;
        padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
      th { font-weight: 600; color: var(--dim); } td.n { text-align: right;
        font-variant-numeric: tabular-nums; }
      .badge { display: inline-block; padding: 1px 9px; border-radius: 10px; font-size: 13px;
        font-weight: 600; color: #fff; background: #667085; }
      .PASSED, .HELD { background: #2f7d5b; } .FAILED, .BROKEN { background: #b8402f; }
      .INVALID, .UNDECIDED { background: #a8720f; } .SKIPPED { background: #667085; }
      svg { width: 100%; height: auto; display: block; margin: 4px 0 12px; }
      svg text { font: 11px system-ui, sans-serif; fill: var(--dim); }
      .scroll { overflow-x: auto; } a { color: var(--p50); }
      """;

  private Html() {}

  static String page(String title, String body) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
        + text(title)
        + "</title>\n<style>\n"
        + STYLE
        + "</style>\n</head>\n<body>\n"
        + body
        + "</body>\n</html>\n";
  }

  /** With what has a meaning in HTML made harmless. */
  static String text(String raw) {
    return raw.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  static String badge(Enum<?> outcome) {
    return "<span class=\"badge " + outcome.name() + "\">" + outcome.name() + "</span>";
  }

  /** One row; the cells are HTML already. */
  static String row(String... cells) {
    StringBuilder row = new StringBuilder("<tr>");
    for (String cell : cells) {
      row.append("<td>").append(cell).append("</td>");
    }
    return row.append("</tr>\n").toString();
  }

  static String table(List<String> heads, String rows) {
    StringBuilder table = new StringBuilder("<div class=\"scroll\"><table><tr>");
    heads.forEach(head -> table.append("<th>").append(text(head)).append("</th>"));
    return table.append("</tr>\n").append(rows).append("</table></div>\n").toString();
  }

  /** With a thin space between thousands. */
  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value).replace(',', '\u2009');
  }

  static String number(double value) {
    return value >= 100
        ? number(Math.round(value))
        : String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
  }
}
