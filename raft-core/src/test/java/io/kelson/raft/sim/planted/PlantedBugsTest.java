package io.kelson.raft.sim.planted;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The simulator finds planted bugs.
 *
 * <p>Every build plants the quick ones. {@code -Dmutants.seeds=20000} plants all of them and prints
 * the table; {@code -Dmutants.only=a,b} plants some.
 */
class PlantedBugsTest {
  private static final int SEEDS = Integer.getInteger("mutants.seeds", 0);
  private static final String ONLY = System.getProperty("mutants.only", "");
  private static final int QUICK_SEEDS = 300;
  private static final int SOUND_SEEDS = 40;

  private final MutantRunner runner =
      new MutantRunner(Path.of(System.getProperty("basedir", "").strip()));

  @Test
  void theRegistryFitsTheSources() throws Exception {
    List<Mutant> all = Mutants.all();
    assertThat(all).extracting(Mutant::id).doesNotHaveDuplicates().containsAll(Mutants.QUICK);
    assertThat(all).extracting(Mutant::id).containsAll(Mutants.OPEN_HOLES.keySet());
    List<String> stale = new ArrayList<>();
    for (Mutant mutant : all) {
      for (Mutant.Edit edit : mutant.edits()) {
        try {
          assertThat(runner.mutate(mutant, edit.type())).contains(edit.replace());
        } catch (IllegalStateException e) {
          stale.add(e.getMessage());
        }
      }
    }
    assertThat(stale).as("mutants that fit the sources no more").isEmpty();
  }

  @Test
  void soundSourcesPassTheSameRunner() throws Exception {
    Mutant none = new Mutant("none", 0, "nothing is wrong", List.of());
    MutantRunner.Outcome outcome = runner.run(none, SOUND_SEEDS);
    assertThat(outcome.failure()).as("seed %d", outcome.seeds()).isNull();
  }

  @TestFactory
  Stream<DynamicTest> quickOnesAreCaught() {
    return Mutants.all().stream()
        .filter(mutant -> SEEDS == 0 && ONLY.isEmpty() && Mutants.QUICK.contains(mutant.id()))
        .map(mutant -> DynamicTest.dynamicTest(mutant.id(), () -> requireCaught(mutant)));
  }

  private void requireCaught(Mutant mutant) throws Exception {
    MutantRunner.Outcome outcome = runner.run(mutant, QUICK_SEEDS);
    assertThat(outcome.caughtBy()).as("who caught that %s", mutant.what()).isNotNull();
  }

  @Test
  void table() throws Exception {
    List<String> only = Arrays.asList(ONLY.split(","));
    List<Mutant> chosen =
        Mutants.all().stream()
            .filter(mutant -> ONLY.isEmpty() ? SEEDS > 0 : only.contains(mutant.id()))
            .toList();
    List<String> unexpected = new ArrayList<>();
    for (Mutant mutant : chosen) {
      MutantRunner.Outcome outcome = runner.run(mutant, Math.max(SEEDS, QUICK_SEEDS));
      boolean caught = outcome.caughtBy() != null;
      System.out.printf(
          "| %s | %s | %s | %s | %s |%n",
          mutant.id(),
          mutant.catalogue() == 0 ? "" : mutant.catalogue(),
          mutant.what(),
          caught ? outcome.seeds() : "more than " + outcome.seeds(),
          caught ? outcome.caughtBy() : "not caught");
      if (caught && !ONLY.isEmpty()) {
        System.out.println("  " + outcome.failure());
      }
      if (!caught && !Mutants.OPEN_HOLES.containsKey(mutant.id())) {
        unexpected.add(mutant.id());
      }
    }
    assertThat(unexpected).as("planted bugs that nobody noticed").isEmpty();
  }
}
