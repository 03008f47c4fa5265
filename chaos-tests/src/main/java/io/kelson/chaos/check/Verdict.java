package io.kelson.chaos.check;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a checker found.
 *
 * @param checker its name
 * @param outcome whether the promise held
 * @param summary one line for people
 * @param findings each violation in a few lines, the smallest history that shows it; empty if it
 *     held
 * @param counts what was looked at, such as {@code operations}, so that a run that checked nothing
 *     shows
 */
public record Verdict(
    String checker,
    Outcome outcome,
    String summary,
    List<String> findings,
    Map<String, Long> counts) {
  /** Whether a promise held. */
  public enum Outcome {
    HELD,
    BROKEN,
    /** The checker ran out of time or memory, or there was too little to check: not a pass. */
    UNDECIDED
  }

  public Verdict {
    findings = List.copyOf(findings);
    counts = new TreeMap<>(counts);
    if ((outcome == Outcome.BROKEN) == findings.isEmpty()) {
      throw new IllegalArgumentException("a broken promise comes with its findings, and only that");
    }
  }
}
