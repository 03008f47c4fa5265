package io.kelson.chaos.report;

import io.kelson.chaos.run.CampaignResult;
import io.kelson.chaos.run.CampaignResult.Run;
import io.kelson.chaos.run.RunResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** A campaign on one page, with links to the pages of its runs. */
public final class CampaignReport {
  private CampaignReport() {}

  /** The page. */
  public static String html(CampaignResult result) {
    StringBuilder body = new StringBuilder("<h1>Campaign</h1>\n<p class=\"dim\">");
    body.append(Html.text(result.pattern().product())).append(", ");
    body.append(result.pattern().members()).append(" members (");
    body.append(Html.text(result.pattern().driver())).append("), ");
    body.append(result.pattern().duration().toSeconds()).append(" s a run, seed ");
    body.append(result.pattern().seed()).append("</p>\n<p>");
    for (Outcome outcome : Outcome.values()) {
      body.append(Html.badge(outcome)).append(' ').append(result.count(outcome)).append(" &nbsp; ");
    }
    body.append("</p>\n<h2>Workload by nemesis</h2>\n").append(matrix(result));
    body.append("<h2>Totals</h2>\n");
    StringBuilder totals = new StringBuilder();
    result.totals().forEach((name, n) -> totals.append(Html.row(Html.text(name), Html.number(n))));
    body.append(Html.table(List.of("what", "how much"), totals.toString()));
    body.append("<h2>Faults that took effect</h2>\n");
    StringBuilder faults = new StringBuilder();
    result
        .faultsByKind()
        .forEach((name, n) -> faults.append(Html.row(Html.text(name), Html.number(n))));
    body.append(Html.table(List.of("nemesis", "how many"), faults.toString()));
    body.append("<h2>Runs</h2>\n").append(runs(result));
    return Html.page("Campaign", body.toString());
  }

  private static String matrix(CampaignResult result) {
    TreeSet<String> workloads = new TreeSet<>();
    TreeSet<String> nemeses = new TreeSet<>();
    for (Run run : result.runs()) {
      workloads.add(run.workload());
      nemeses.add(run.nemesis());
    }
    List<String> heads = new ArrayList<>(List.of(""));
    heads.addAll(workloads);
    StringBuilder rows = new StringBuilder();
    for (String nemesis : nemeses) {
      List<String> cells = new ArrayList<>(List.of(Html.text(nemesis)));
      for (String workload : workloads) {
        cells.add(cell(result, workload, nemesis));
      }
      rows.append(Html.row(cells.toArray(String[]::new)));
    }
    return Html.table(heads, rows.toString());
  }

  /** Every run of the pair, a badge each. */
  private static String cell(CampaignResult result, String workload, String nemesis) {
    StringBuilder cell = new StringBuilder();
    for (Run run : result.runs()) {
      if (run.workload().equals(workload) && run.nemesis().equals(nemesis)) {
        cell.append("<a href=\"").append(Html.text(run.directory())).append("/report.html\">");
        cell.append(Html.badge(run.outcome())).append("</a> ");
      }
    }
    return cell.toString();
  }

  private static String runs(CampaignResult result) {
    StringBuilder rows = new StringBuilder();
    for (Run run : result.runs()) {
      rows.append(
          Html.row(
              "<a href=\""
                  + Html.text(run.directory())
                  + "/report.html\">"
                  + Html.text(run.directory())
                  + "</a>",
              Html.badge(run.outcome()),
              Html.number(run.operations()),
              Html.number(run.okPerSecond()),
              Html.number(run.faultsInEffect()),
              Html.text(String.join("; ", run.reasons()))));
    }
    return Html.table(
        List.of("run", "outcome", "operations", "successful/s", "faults", "why"), rows.toString());
  }
}
