package io.kelson.server.diff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes steps away from a sequence on which the sides differ, as long as they still do. Each step
 * refers to revisions by where they stand, so that it means something without the others.
 */
final class Shrinker {
  /** Runs some steps. */
  interface Attempt {
    void run(List<Step> steps) throws Divergence, IOException, InterruptedException;
  }

  private final Attempt attempt;
  private int attemptsLeft;
  private List<Step> steps;
  private Divergence divergence;

  private Shrinker(List<Step> steps, Divergence first, Attempt attempt, int attempts) {
    this.steps = steps;
    this.divergence = first;
    this.attempt = attempt;
    this.attemptsLeft = attempts;
  }

  /**
   * @param first how the whole sequence differs
   * @param attempts how often to try at most
   * @return how the shortest sequence found differs
   */
  static Divergence shrink(List<Step> steps, Divergence first, Attempt attempt, int attempts)
      throws IOException, InterruptedException {
    Shrinker shrinker = new Shrinker(steps, first, attempt, attempts);
    shrinker.shrink();
    return shrinker.divergence;
  }

  private void shrink() throws IOException, InterruptedException {
    for (int size = Math.max(1, steps.size() / 2); size >= 1; size /= 2) {
      // From the end: what comes after the difference goes first.
      for (int lo = steps.size() - size; lo > -size; lo -= size) {
        tryWithout(Math.max(lo, 0), Math.min(Math.max(lo, 0) + size, steps.size()));
      }
    }
  }

  private void tryWithout(int lo, int hi) throws IOException, InterruptedException {
    if (attemptsLeft <= 0 || lo >= hi) {
      return;
    }
    attemptsLeft--;
    List<Step> fewer = new ArrayList<>(steps);
    fewer.subList(lo, hi).clear();
    try {
      attempt.run(fewer);
    } catch (Divergence e) {
      steps = fewer;
      divergence = e;
    }
  }
}
