package io.kelson.bench.scenario;

import io.kelson.bench.Draw;
import io.kelson.bench.KeySpace;
import io.kelson.bench.LoadDriver;
import io.kelson.bench.LoadResult;
import io.kelson.bench.PutWorkload;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What puts wait for while something else goes on, and what they wait for when nothing does. */
final class Meanwhile {
  /** How long that something took. */
  static final String TOOK = "s until done";

  private Meanwhile() {}

  /** What goes on meanwhile; returns when it is over. */
  interface Event {
    void run() throws InterruptedException;
  }

  /**
   * Puts to random keys at an even rate well below what the servers can do: first without looking,
   * since a JVM that compiles is slower at everything, then alone, then until the event is over,
   * and for as long as before at least, since servers have work left behind it.
   *
   * @return p99, idle and meanwhile, both drawn again from slices of their time
   */
  static Reading putP99(Stage stage, KeySpace keys, ScenarioSizes sizes, Event event)
      throws InterruptedException {
    PutWorkload puts = new PutWorkload(keys, sizes.valueBytes(), false);
    try (LoadDriver driver =
        LoadDriver.connect(
            puts, stage.paced(sizes.ratePerSecond(), sizes.warmup(), sizes.phase()))) {
      List<Long> pids = stage.pids();
      LoadResult idle = driver.run(pids, stage.progress());
      Draw idleAgain = driver.percentileMicros(99);
      CompletableFuture<Double> happening = happen(event);
      CompletableFuture<Void> asLong =
          new CompletableFuture<Void>()
              .completeOnTimeout(null, sizes.phase().toNanos(), TimeUnit.NANOSECONDS);
      LoadResult during =
          driver.runUntil(CompletableFuture.allOf(happening, asLong), pids, stage.progress());
      return reading(idle, during)
          .with(TOOK, happening.join())
          .with(millis(driver.percentileMicros(99)), millis(idleAgain));
    }
  }

  private static Draw millis(Draw micros) {
    return random -> micros.again(random) / 1e3;
  }

  private static Reading reading(LoadResult idle, LoadResult during) {
    Map<String, Long> errors = new TreeMap<>(idle.errors());
    during.errors().forEach((text, count) -> errors.merge(text, count, Long::sum));
    return new Reading(
            during.p99Micros() / 1e3, idle.p99Micros() / 1e3, Map.of(), List.of(), errors)
        .with("s measured", during.elapsedSeconds())
        .with("puts/s", during.opsPerSecond())
        .with("puts sent late, idle", idle.sentLate())
        .with("puts sent late", during.sentLate())
        .with("ms p50, idle", idle.p50Micros() / 1e3)
        .with("ms p50", during.p50Micros() / 1e3)
        .with("ms longest, idle", idle.maxMicros() / 1e3)
        .with("ms longest", during.maxMicros() / 1e3);
  }

  /** The seconds it took. */
  private static CompletableFuture<Double> happen(Event event) {
    CompletableFuture<Double> took = new CompletableFuture<>();
    long startNanos = System.nanoTime();
    Thread thread =
        new Thread(
            () -> {
              try {
                event.run();
                took.complete((System.nanoTime() - startNanos) / 1e9);
              } catch (InterruptedException | RuntimeException e) {
                took.completeExceptionally(e);
              }
            },
            "event");
    thread.setDaemon(true);
    thread.start();
    return took;
  }
}
