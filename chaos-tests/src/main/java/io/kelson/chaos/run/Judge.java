package io.kelson.chaos.run;

import io.kelson.chaos.check.Checker;
import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.workload.Checkers;
import io.kelson.chaos.workload.JudgedWorkload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the checkers say of a run.
 *
 * @param verdicts of those that looked
 * @param skipped those that did not, with the reason
 */
record Judge(List<Verdict> verdicts, Map<String, String> skipped) {
  private static final String REPLAY = "replay";
  private static final String WATCH = "watch";
  private static final String CONVERGENCE = "convergence";

  /** Has a workload's own checkers and those of every run look at it. */
  static Judge judge(JudgedWorkload workload, Evidence evidence) {
    List<Verdict> verdicts = new ArrayList<>();
    Map<String, String> skipped = new TreeMap<>();
    if (workload.unexplained().isPresent()) {
      skipped.put(REPLAY, workload.unexplained().get());
    } else {
      check(REPLAY, evidence, verdicts, skipped);
    }
    if (evidence.watches().isEmpty()) {
      skipped.put(WATCH, "this workload has no watches of its own");
    } else {
      check(WATCH, evidence, verdicts, skipped);
    }
    check(CONVERGENCE, evidence, verdicts, skipped);
    for (Checker checker : workload.checkers()) {
      verdicts.add(verdict(checker, evidence));
    }
    return new Judge(List.copyOf(verdicts), Map.copyOf(skipped));
  }

  private static void check(
      String name, Evidence evidence, List<Verdict> verdicts, Map<String, String> skipped) {
    Checkers.find(name)
        .ifPresentOrElse(
            checker -> verdicts.add(verdict(checker, evidence)),
            () -> skipped.put(name, "there is no such checker"));
  }

  /** A checker that fails has not decided, and a run without its decision does not pass. */
  private static Verdict verdict(Checker checker, Evidence evidence) {
    try {
      return checker.check(evidence);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      return new Verdict(
          checker.name(),
          Verdict.Outcome.UNDECIDED,
          "the checker itself failed: " + e,
          List.of(),
          Map.of());
    }
  }
}
