package io.kelson.raft.sim;

import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a failing run simpler: leaves out one kind of fault after the other, and cuts the run
 * short, as long as something still fails. The dice fall differently without a kind, so what fails
 * in the end may be another symptom; it is a failure all the same.
 */
final class Shrinker {
  /** A run and what went wrong in it. */
  record Result(Set<String> without, int millis, String failure) {
    String command(long seed) {
      return "mvn -B -pl raft-core test -Dtest=SimulationTest -Dsim.seed="
          + seed
          + (without.isEmpty() ? "" : " -Dsim.without=" + String.join(",", without))
          + (millis == Integer.MAX_VALUE ? "" : " -Dsim.millis=" + millis);
    }
  }

  private Shrinker() {}

  /** The simplest failing run found, or null if the seed does not fail. */
  static Result shrink(long seed) {
    Result best = fails(seed, Set.of(), Integer.MAX_VALUE);
    for (boolean simpler = best != null; simpler; ) {
      simpler = false;
      for (String kind : SimOptions.KINDS) {
        if (!best.without().contains(kind)) {
          Set<String> more = new TreeSet<>(best.without());
          more.add(kind);
          Result result = fails(seed, more, best.millis());
          simpler |= result != null;
          best = result != null ? result : best;
        }
      }
      for (int percent : new int[] {25, 50, 75, 90}) {
        int millis = (int) (Math.min(best.millis(), 4_000L) * percent / 100);
        Result result = fails(seed, best.without(), millis);
        if (result != null && millis > 50) {
          best = result;
          simpler = true;
          break;
        }
      }
    }
    return best;
  }

  private static Result fails(long seed, Set<String> without, int millis) {
    try {
      new Simulation(seed, null, options -> options.without(without, millis)).run();
      return null;
    } catch (SimFailure failure) {
      return new Result(without, millis, failure.getMessage());
    }
  }
}
