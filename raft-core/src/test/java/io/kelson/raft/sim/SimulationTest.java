package io.kelson.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Thousands of clusters, each from its seed, each run twice.
 *
 * <p>{@code -Dsim.seed=N} replays one with a line an event, {@code -Dsim.without=a,b} and {@code
 * -Dsim.millis=M} make it simpler, {@code -Dsim.shrink=N} looks for the simplest that still fails.
 * {@code -Dsim.first} and {@code -Dsim.seeds} move and widen the range, {@code -Dsim.minutes} runs
 * for so long. See docs/SIMULATION.md.
 */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 2_000);
  private static final int MINUTES = Integer.getInteger("sim.minutes", 0);

  /** A long run goes where none was before; it prints where that is. */
  private static final long FIRST =
      Long.getLong("sim.first", MINUTES > 0 ? System.currentTimeMillis() : 1);

  private static final int RUNS = Integer.getInteger("sim.runs", 2);
  private static final int ENOUGH_FAILURES = 20;

  /** So many seeds have a bit of everything. */
  private static final int MANY = 2_000;

  private final Counters total = new Counters();
  private final List<String> failures = new ArrayList<>();

  @Test
  void everySeedKeepsTheInvariantsAndConverges() {
    Long shrink = Long.getLong("sim.shrink");
    Long only = Long.getLong("sim.seed");
    if (shrink != null) {
      shrink(shrink);
    } else if (only != null) {
      replay(only);
    } else {
      runMany();
    }
  }

  private static void shrink(long seed) {
    Shrinker.Result result = Shrinker.shrink(seed);
    if (result == null) {
      System.out.println("seed " + seed + " does not fail");
      return;
    }
    System.out.println(result.failure() + "\n  simplest: " + result.command(seed));
    assertThat(result.failure()).as("the failure that was shrunk").isNull();
  }

  private static void replay(long seed) {
    Set<String> without = Set.of(System.getProperty("sim.without", "").split(","));
    int millis = Integer.getInteger("sim.millis", Integer.MAX_VALUE);
    new Simulation(seed, System.out::println, options -> options.without(without, millis)).run();
  }

  private void runMany() {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    long seed = FIRST;
    while (failures.size() < ENOUGH_FAILURES
        && (MINUTES > 0 ? System.nanoTime() < deadline : seed < FIRST + SEEDS)) {
      runOne(seed);
      seed++;
    }
    System.out.println(
        "simulation: "
            + (seed - FIRST)
            + " seeds from "
            + FIRST
            + ", each "
            + RUNS
            + " times; "
            + total);
    assertThat(failures).as("seeds that failed").isEmpty();
    assertThat(total.crashes).as("crashes, or nothing was tested").isPositive();
    assertThat(total.partitions).isPositive();
    assertThat(total.pauses).isPositive();
    assertThat(total.fetches).isPositive();
    assertThat(total.tornWrites).isPositive();
    assertThat(total.recoveryCrashes).isPositive();
    assertThat(total.diskErrors).isPositive();
    assertThat(total.installs).isPositive();
    assertThat(total.halfInstalled).isPositive();
    assertThat(total.cuts).isPositive();
    assertThat(total.changes).isPositive();
    assertThat(total.wipes).isPositive();
    assertThat(total.flaps).isPositive();
    assertThat(total.stalls).isPositive();
    assertThat(total.readsChecked).isGreaterThan(seed - FIRST);
    assertThat(total.leaseReads).isPositive();
    assertThat(total.writesChecked).isGreaterThan(seed - FIRST);
    if (seed - FIRST >= MANY) {
      assertThat(total.damages).as("harm to durable bytes, by kind").doesNotContain(0);
      assertThat(total.logsRefused).isPositive();
      assertThat(total.readsRefused).isPositive();
      assertThat(total.rocksStores).isPositive();
    }
  }

  private void runOne(long seed) {
    Simulation simulation = new Simulation(seed, null);
    try {
      simulation.run();
      total.add(simulation.counters());
      for (int run = 1; run < RUNS; run++) {
        Simulation again = new Simulation(seed, null);
        again.run();
        assertThat(again.traceHash())
            .as("trace of seed %d, run again", seed)
            .isEqualTo(simulation.traceHash());
      }
    } catch (SimFailure failure) {
      failures.add(
          failure.getMessage()
              + "\n  replay: mvn -B -pl raft-core test -Dtest=SimulationTest -Dsim.seed="
              + seed);
    }
  }
}
