package io.kelson.chaos.run;

/**
 * One fault of a run.
 *
 * @param name of the nemesis
 * @param what was done to whom
 * @param startNanos when, from the beginning of the run
 * @param endNanos when it was undone
 * @param proof what shows that it took effect; null if nothing does
 */
public record FaultWindow(String name, String what, long startNanos, long endNanos, String proof) {
  /** Whether it counts. */
  public boolean tookEffect() {
    return proof != null;
  }
}
