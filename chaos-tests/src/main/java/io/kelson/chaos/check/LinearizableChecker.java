package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import java.util.Map;

/**
 * Looks for keys whose history no order of its operations explains, without believing a revision.
 *
 * <p>Linearizability is a property of each object by itself, so the keys are judged one by one, see
 * {@link RegisterHistories} for what is taken and {@link RegisterSearch} for how. The general
 * problem is NP-complete; the search of a key ends after a number of steps and the run is undecided
 * then.
 */
public final class LinearizableChecker implements Checker {
  private static final long MOST_STEPS = 3_000_000;

  private final long mostSteps;

  /** With the usual bound on the search. */
  public LinearizableChecker() {
    this(MOST_STEPS);
  }

  /**
   * With a bound of its own.
   *
   * @param mostSteps how many configurations may be looked at for the end of one operation, and
   *     twenty times as many for a key; a million take about a second and a hundred megabytes
   */
  public LinearizableChecker(long mostSteps) {
    this.mostSteps = mostSteps;
  }

  @Override
  public String name() {
    return "linearizable";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    Map<Bytes, RegisterHistories.History> histories = RegisterHistories.of(evidence, findings);
    histories.forEach(
        (key, history) -> {
          findings.count("keys", 1);
          findings.count("operations", history.ops().size());
          RegisterSearch.Answer answer = RegisterSearch.search(history, mostSteps);
          if (!answer.decided()) {
            findings.count("keys-undecided", 1);
            findings.undecided("the search was too large for key " + key);
          } else if (answer.finding() != null) {
            findings.add("key " + key + ": " + answer.finding());
          }
        });
    return findings.verdict("every key's history is linearizable", "operations");
  }
}
