package io.kelson.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Thousands of clusters, each from its seed.
 *
 * <p>{@code -Dsim.seed=N} replays one with a line an event; {@code -Dsim.first} and {@code
 * -Dsim.seeds} move and widen the range.
 */
class SimulationTest {
  private static final long FIRST = Long.getLong("sim.first", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 2_000);

  /** Every so many-th seed runs twice: the same seed has to give the same run. */
  private static final int TWICE_EVERY = 10;

  @Test
  void everySeedKeepsTheInvariantsAndConverges() {
    Long only = Long.getLong("sim.seed");
    if (only != null) {
      new Simulation(only, System.out::println).run();
      return;
    }
    Counters total = new Counters();
    List<String> failures = new ArrayList<>();
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Simulation simulation = new Simulation(seed, null);
      try {
        simulation.run();
        total.add(simulation.counters());
        if (seed % TWICE_EVERY == 0) {
          Simulation again = new Simulation(seed, null);
          again.run();
          assertThat(again.traceHash())
              .as("trace of seed %d, run twice", seed)
              .isEqualTo(simulation.traceHash());
        }
      } catch (SimFailure failure) {
        failures.add(failure.getMessage() + "\n  replay: " + replay(seed));
      }
    }
    System.out.println("simulation: " + SEEDS + " seeds from " + FIRST + ", " + total);
    assertThat(failures).as("seeds that failed").isEmpty();
    assertThat(total.crashes).as("crashes, or nothing was tested").isPositive();
    assertThat(total.partitions).isPositive();
    assertThat(total.fetches).isPositive();
    assertThat(total.reads).isPositive();
    assertThat(total.applied).isGreaterThan(total.roleChanges);
  }

  private static String replay(long seed) {
    return "mvn -B -pl raft-core test -Dtest=SimulationTest -Dsim.seed=" + seed;
  }
}
