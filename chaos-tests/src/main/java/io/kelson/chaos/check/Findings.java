package io.kelson.chaos.check;

import io.kelson.chaos.check.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects what one checker finds during one run and turns it into a verdict.
 *
 * <p>Only the first findings are kept: after a real fault every later operation may be wrong too,
 * and nobody reads a million lines. All of them are counted. For one thread.
 */
final class Findings {
  /** How many findings are kept. */
  static final int MOST = 20;

  private final String checker;
  private final List<String> kept = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private long violations;
  private String undecided = "";

  Findings(String checker) {
    this.checker = checker;
  }

  /** Keeps a violation, or only counts it when enough are kept. */
  void add(String finding) {
    violations++;
    if (kept.size() < MOST) {
      kept.add(finding);
    }
  }

  /** Whether there is a violation already. */
  boolean any() {
    return violations > 0;
  }

  /** Adds to what was looked at. */
  void count(String what, long more) {
    counts.merge(what, more, Long::sum);
  }

  /** What was counted so far under a name. */
  long counted(String what) {
    return counts.getOrDefault(what, 0L);
  }

  /** Says that something could not be judged; without a violation the run is undecided then. */
  void undecided(String why) {
    undecided = why;
  }

  /**
   * The verdict.
   *
   * @param promise what held if nothing was found, in a few words
   * @param needed the count that must not be 0 for the verdict to mean anything
   */
  Verdict verdict(String promise, String needed) {
    counts.putIfAbsent(needed, 0L);
    if (violations > 0) {
      counts.put("violations", violations);
      return verdict(Outcome.BROKEN, violations + " violations; the first: " + firstLine());
    }
    if (!undecided.isEmpty()) {
      return verdict(Outcome.UNDECIDED, undecided);
    }
    if (counts.get(needed) == 0) {
      return verdict(Outcome.UNDECIDED, "nothing to check: no " + needed);
    }
    return verdict(Outcome.HELD, promise + " (" + counts.get(needed) + " " + needed + ")");
  }

  private String firstLine() {
    return kept.get(0).lines().findFirst().orElse("");
  }

  private Verdict verdict(Outcome outcome, String summary) {
    return new Verdict(checker, outcome, summary, kept, counts);
  }
}
