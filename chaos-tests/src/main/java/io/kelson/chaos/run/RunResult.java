package io.kelson.chaos.run;

import io.kelson.chaos.check.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a run.
 *
 * @param spec what it was to be
 * @param product with its version, as the cluster says it; empty if it never began
 * @param startedAt wall clock, as ISO 8601 text
 * @param outcome whether it passed
 * @param reasons why it did not, each in one line
 * @param seconds how long clients worked
 * @param counts of operations, events and so on, by name
 * @param okPerSecond work that succeeded a second
 * @param verdicts what each checker said
 * @param skipped which checkers did not look, and why
 * @param faults what was done, in order
 * @param declined how often the cluster was in no state to do it to
 */
public record RunResult(
    RunSpec spec,
    String product,
    String startedAt,
    Outcome outcome,
    List<String> reasons,
    double seconds,
    Map<String, Long> counts,
    double okPerSecond,
    List<Verdict> verdicts,
    Map<String, String> skipped,
    List<FaultWindow> faults,
    int declined) {
  /** How a run can end. */
  public enum Outcome {
    /** Enough was done and checked, and nothing was wrong. */
    PASSED(0),
    /** A promise was broken. */
    FAILED(1),
    /** It says nothing: too little work, faults without effect, a checker that did not decide. */
    INVALID(3),
    /** It did not take place: something it needs is missing here. */
    SKIPPED(3);

    private final int exitCode;

    Outcome(int exitCode) {
      this.exitCode = exitCode;
    }

    /** Of the command. */
    public int exitCode() {
      return exitCode;
    }
  }

  public RunResult {
    reasons = List.copyOf(reasons);
    counts = new TreeMap<>(counts);
    verdicts = List.copyOf(verdicts);
    skipped = new TreeMap<>(skipped);
    faults = List.copyOf(faults);
    if ((outcome == Outcome.PASSED) != reasons.isEmpty()) {
      throw new IllegalArgumentException("a run that did not pass says why, and only such a one");
    }
  }

  /** A run that did not take place. */
  static RunResult skipped(RunSpec spec, String startedAt, String reason) {
    return new RunResult(
        spec,
        "",
        startedAt,
        Outcome.SKIPPED,
        List.of(reason),
        0,
        Map.of(),
        0,
        List.of(),
        Map.of(),
        List.of(),
        0);
  }

  /** How many faults took effect. */
  public long faultsInEffect() {
    return faults.stream().filter(FaultWindow::tookEffect).count();
  }

  /** One count, 0 if it was not taken. */
  public long count(String name) {
    return counts.getOrDefault(name, 0L);
  }
}
