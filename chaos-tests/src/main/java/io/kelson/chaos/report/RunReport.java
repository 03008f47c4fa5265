package io.kelson.chaos.report;

import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.run.FaultWindow;
import io.kelson.chaos.run.RunResult;
import io.kelson.chaos.run.RunSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** One run on one page that needs nothing beside itself. */
public final class RunReport {
  private RunReport() {}

  /**
   * The page.
   *
   * @param evidence what was recorded; null if nothing was, and then there are no drawings
   */
  public static String html(RunResult result, Evidence evidence) {
    RunSpec spec = result.spec();
    StringBuilder body = new StringBuilder();
    body.append("<h1>").append(Html.text(spec.workload())).append(" under ");
    body.append(Html.text(spec.nemesis())).append(' ').append(Html.badge(result.outcome()));
    body.append("</h1>\n<p class=\"dim\">").append(Html.text(about(result))).append("</p>\n");
    if (!result.reasons().isEmpty()) {
      body.append("<pre>").append(Html.text(String.join("\n", result.reasons())));
      body.append("</pre>\n");
    }
    body.append(summary(result, evidence));
    body.append(drawings(result, evidence));
    body.append(faults(result));
    body.append(verdicts(result));
    body.append("<h2>Again</h2>\n<pre>bin/kelson-chaos ").append(Html.text(spec.arguments()));
    body.append("</pre>\n<p class=\"dim\">The same seed gives the same choices; threads and ");
    body.append("networks keep their own. <code>bin/kelson-chaos replay DIR</code> has the ");
    body.append("checkers look at this history again.</p>\n");
    return Html.page(spec.workload() + " under " + spec.nemesis(), body.toString());
  }

  private static String about(RunResult result) {
    RunSpec spec = result.spec();
    String rate = spec.rate() == 0 ? "closed loop" : spec.rate() + " calls/s each";
    return (result.product().isEmpty() ? spec.product() : result.product())
        + ", "
        + spec.members()
        + " members ("
        + spec.driver()
        + "), "
        + spec.clients()
        + " clients ("
        + rate
        + "), seed "
        + spec.seed()
        + ", "
        + result.startedAt();
  }

  private static String summary(RunResult result, Evidence evidence) {
    StringBuilder rows = new StringBuilder();
    rows.append(Html.row("clients worked", Html.number(result.seconds()) + " s"));
    rows.append(Html.row("successful calls a second", Html.number(result.okPerSecond())));
    result.counts().forEach((name, n) -> rows.append(Html.row(Html.text(name), Html.number(n))));
    if (evidence != null) {
      Timeline.Bucket whole = Timeline.whole(evidence.operations());
      String times =
          String.format(
              Locale.ROOT,
              "p50 %.1f ms, p99 %.1f ms, max %.1f ms",
              whole.p50Millis(),
              whole.p99Millis(),
              whole.maxMillis());
      rows.append(Html.row("time to an answer", times));
    }
    return "<h2>Summary</h2>\n" + Html.table(List.of("what", "how much"), rows.toString());
  }

  private static String drawings(RunResult result, Evidence evidence) {
    if (evidence == null || evidence.operations().isEmpty()) {
      return "";
    }
    Timeline timeline = Timeline.of(evidence.operations());
    return "<h2>Over time</h2>\n"
        + Chart.rates(timeline, result.faults())
        + Chart.latencies(timeline, result.faults());
  }

  private static String faults(RunResult result) {
    if (result.spec().nemesis().equals(RunSpec.NO_NEMESIS)) {
      return "";
    }
    String rows = result.faults().stream().map(RunReport::row).collect(Collectors.joining());
    return "<h2>Faults</h2>\n<p>"
        + result.faultsInEffect()
        + " of "
        + result.faults().size()
        + " took effect; "
        + result.declined()
        + " times the cluster was in no state for one.</p>\n"
        + Html.table(List.of("from", "to", "what", "what shows its effect"), rows);
  }

  private static String row(FaultWindow fault) {
    return Html.row(
        Html.number(fault.startNanos() / 1e9) + " s",
        Html.number(fault.endNanos() / 1e9) + " s",
        Html.text(fault.what()),
        fault.tookEffect() ? Html.text(fault.proof()) : "<b>nothing: it does not count</b>");
  }

  private static String verdicts(RunResult result) {
    StringBuilder rows = new StringBuilder();
    StringBuilder findings = new StringBuilder();
    for (Verdict verdict : result.verdicts()) {
      rows.append(
          Html.row(
              Html.text(verdict.checker()),
              Html.badge(verdict.outcome()),
              Html.text(verdict.summary()),
              Html.text(counts(verdict.counts()))));
      if (!verdict.findings().isEmpty()) {
        findings.append("<h2>What ").append(Html.text(verdict.checker())).append(" found</h2>\n");
        verdict
            .findings()
            .forEach(f -> findings.append("<pre>").append(Html.text(f)).append("</pre>\n"));
      }
    }
    result
        .skipped()
        .forEach(
            (checker, why) ->
                rows.append(
                    Html.row(
                        Html.text(checker),
                        Html.badge(RunResult.Outcome.SKIPPED),
                        Html.text(why),
                        "")));
    return "<h2>Verdicts</h2>\n"
        + Html.table(List.of("checker", "outcome", "in a line", "looked at"), rows.toString())
        + findings;
  }

  private static String counts(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(entry -> Html.number(entry.getValue()) + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
