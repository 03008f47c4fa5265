package io.kelson.server.diff;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same random operations on Kelson and on a real etcd: every field of every answer, every error
 * and every event of every watcher has to be the same, but for {@link KnownDifference}.
 *
 * <ul>
 *   <li>{@code -Ddiff.seeds=200}: how many sequences
 *   <li>{@code -Ddiff.minutes=30}: for so long, on seeds that differ from run to run
 *   <li>{@code -Ddiff.seed=17}: that one only
 * </ul>
 *
 * <p>etcd is taken from {@code KELSON_ETCD}, else from the PATH; without one the test is skipped
 * and says so.
 */
class DifferentialTest {
  /** Every so many seeds Kelson is a cluster of three. */
  private static final int CLUSTER_EVERY = 8;

  private static final int SHRINK_ATTEMPTS = 60;

  @TempDir Path folder;

  private final Tally tally = new Tally();
  private final AtomicReference<String> failure = new AtomicReference<>();
  private final AtomicReference<String> setting = new AtomicReference<>("");

  @Test
  void kelsonAnswersAsEtcdDoes() throws Exception {
    Optional<EtcdProgram> program = EtcdProgram.find();
    if (program.isEmpty()) {
      String skipped =
          "differential test SKIPPED: no etcd on the PATH; install one or set KELSON_ETCD";
      System.out.println(skipped);
      Assumptions.abort(skipped);
    }
    long begin = System.nanoTime();
    if (Long.getLong("diff.seed") != null) {
      long seed = Long.getLong("diff.seed");
      try (Bench bench = bench(program.get(), isCluster(seed) ? 3 : 1)) {
        runSeed(bench, seed);
      }
    } else {
      runMany(program.get(), begin);
    }
    System.out.printf(
        "differential test: %s; %d sequences, %d calls compared in %d s: %s%n",
        setting.get(),
        tally.sequences(),
        tally.calls(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
        tally);
    assertThat(failure.get()).isNull();
  }

  private static boolean isCluster(long seed) {
    return seed % CLUSTER_EVERY == 0;
  }

  private Bench bench(EtcdProgram program, int members) {
    return new Bench(program, folder, members);
  }

  private void runMany(EtcdProgram program, long begin) throws Exception {
    int minutes = Integer.getInteger("diff.minutes", 0);
    long first = minutes > 0 ? System.currentTimeMillis() : 1;
    long end = minutes > 0 ? Long.MAX_VALUE : first + Integer.getInteger("diff.seeds", 200);
    long deadline = begin + TimeUnit.MINUTES.toNanos(minutes);
    LongPredicate goesOn = seed -> seed < end && (minutes == 0 || System.nanoTime() - deadline < 0);
    // Three at a time: both sides spend most of their time waiting, for disk and timers.
    List<Callable<Void>> workers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int odd = i;
      workers.add(
          () ->
              work(bench(program, 1), first, goesOn, seed -> !isCluster(seed) && seed % 2 == odd));
    }
    workers.add(() -> work(bench(program, 3), first, goesOn, DifferentialTest::isCluster));
    ExecutorService threads = Executors.newFixedThreadPool(workers.size());
    try {
      for (Future<Void> worker : threads.invokeAll(workers)) {
        worker.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private Void work(Bench bench, long first, LongPredicate goesOn, LongPredicate mine)
      throws IOException, InterruptedException {
    try (bench) {
      for (long seed = first; goesOn.test(seed) && failure.get() == null; seed++) {
        if (mine.test(seed)) {
          runSeed(bench, seed);
        }
      }
    }
    return null;
  }

  private void runSeed(Bench bench, long seed) throws IOException, InterruptedException {
    List<Step> steps = Generator.steps(seed);
    try {
      bench.run(steps, tally, seed);
      tally.sequenceDone();
    } catch (Divergence e) {
      failure.compareAndSet(null, report(bench, seed, steps, e));
    } catch (RuntimeException e) {
      throw new IllegalStateException("seed " + seed, e);
    }
    setting.set(bench.about());
  }

  private String report(Bench bench, long seed, List<Step> steps, Divergence first)
      throws IOException, InterruptedException {
    Divergence shortest =
        Shrinker.shrink(
            steps, first, fewer -> bench.run(fewer, new Tally(), seed), SHRINK_ATTEMPTS);
    String report =
        "Kelson and "
            + bench.about()
            + " differ on seed "
            + seed
            + (isCluster(seed) ? " (a Kelson cluster of three)" : "")
            + ". Shortest sequence found:\n"
            + shortest.getMessage()
            + "replay: mvn -B verify -pl kv-server -am -Dtest=DifferentialTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Ddiff.seed="
            + seed;
    System.out.println(report);
    return report;
  }
}
