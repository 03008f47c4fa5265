package io.kelson.chaos.run;

import io.kelson.chaos.check.Verdict;
import java.util.Locale;
import java.util.Map;

/** Results as lines of text. */
final class Lines {
  private Lines() {}

  /** One line. */
  static String ofRun(String name, RunResult result) {
    return String.format(
        Locale.ROOT,
        "%-8s %s: %d operations, %.0f successful calls/s, %d faults%s",
        result.outcome(),
        name,
        result.count("operations"),
        result.okPerSecond(),
        result.faultsInEffect(),
        result.reasons().isEmpty() ? "" : "; " + result.reasons().get(0));
  }

  /** All of it. */
  static String of(RunResult result) {
    StringBuilder text = new StringBuilder();
    RunSpec spec = result.spec();
    text.append(result.outcome()).append(": ").append(spec.workload()).append(" under ");
    text.append(spec.nemesis()).append(", seed ").append(spec.seed()).append('\n');
    result.reasons().forEach(reason -> text.append("  ").append(reason).append('\n'));
    text.append(
        String.format(
            Locale.ROOT,
            "  %.1f s, %.0f successful calls/s, %d faults took effect of %d%n",
            result.seconds(),
            result.okPerSecond(),
            result.faultsInEffect(),
            result.faults().size()));
    text.append("  ").append(counts(result.counts())).append('\n');
    for (Verdict verdict : result.verdicts()) {
      text.append("  ").append(verdict.checker()).append(": ").append(verdict.outcome());
      text.append(", ").append(verdict.summary()).append('\n');
    }
    result
        .skipped()
        .forEach(
            (checker, why) ->
                text.append("  ").append(checker).append(": skipped, ").append(why).append('\n'));
    return text.toString();
  }

  /** What a campaign comes to. */
  static String of(CampaignResult result) {
    StringBuilder text = new StringBuilder("in all: ");
    text.append(counts(result.totals())).append('\n');
    text.append("faults that took effect: ");
    text.append(result.faultsByKind().isEmpty() ? "none" : counts(result.faultsByKind()));
    text.append('\n');
    text.append("violations: ").append(result.count(RunResult.Outcome.FAILED)).append('\n');
    return text.toString();
  }

  private static String counts(Map<String, Long> counts) {
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (name, count) ->
            text.append(text.isEmpty() ? "" : ", ").append(name).append(' ').append(count));
    return text.toString();
  }
}
