package io.kelson.chaos.run;

import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.history.History;
import io.kelson.chaos.nemesis.Nemesis;
import io.kelson.chaos.nemesis.Strike;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Does a fault, undoes it, waits, and so on while the run goes on. A fault that has begun is always
 * undone before this returns. Run by one thread; what is asked may be asked from any.
 */
final class NemesisLoop {
  private static final int SHORTEST_PAUSE_MILLIS = 700;
  private static final int LONGEST_PAUSE_MILLIS = 3_500;
  private static final int STEP_MILLIS = 20;

  private final Optional<Nemesis> nemesis;
  private final ChaosCluster cluster;
  private final RandomGenerator random;
  private final History history;
  private final int shortestPauseMillis;
  private final int longestPauseMillis;
  private final List<FaultWindow> windows = new ArrayList<>();
  private int declined;
  private volatile String current = "";
  private volatile String trouble;

  /**
   * With the usual pauses, of a second or three.
   *
   * @param nemesis whose faults; empty for none
   */
  NemesisLoop(
      Optional<Nemesis> nemesis, ChaosCluster cluster, RandomGenerator random, History history) {
    this(nemesis, cluster, random, history, SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
  }

  NemesisLoop(
      Optional<Nemesis> nemesis,
      ChaosCluster cluster,
      RandomGenerator random,
      History history,
      int shortestPauseMillis,
      int longestPauseMillis) {
    this.nemesis = nemesis;
    this.cluster = cluster;
    this.random = random;
    this.history = history;
    this.shortestPauseMillis = shortestPauseMillis;
    this.longestPauseMillis = longestPauseMillis;
  }

  /** Goes on while that says so, on a thread of its own. */
  Thread start(BooleanSupplier goesOn) {
    Thread thread = new Thread(() -> run(goesOn), "chaos-nemesis");
    thread.start();
    return thread;
  }

  private void run(BooleanSupplier goesOn) {
    try {
      while (nemesis.isPresent() && goesOn.getAsBoolean()) {
        sleep(random.nextInt(shortestPauseMillis, longestPauseMillis), goesOn);
        if (goesOn.getAsBoolean()) {
          strikeOnce(nemesis.get(), goesOn);
        }
      }
    } catch (InterruptedException e) {
      trouble = "the nemesis was interrupted";
    } catch (RuntimeException | Error e) {
      trouble = "the nemesis failed: " + e;
    }
  }

  private void strikeOnce(Nemesis kind, BooleanSupplier goesOn) throws InterruptedException {
    long start = history.now();
    Strike strike;
    try {
      strike = kind.strike(cluster, random);
    } catch (IllegalStateException e) {
      synchronized (this) {
        declined++;
      }
      return;
    }
    current = strike.what();
    try {
      sleep(strike.lasting().toMillis(), goesOn);
    } finally {
      String proof = strike.end().orElse(null);
      current = "";
      synchronized (this) {
        windows.add(new FaultWindow(kind.name(), strike.what(), start, history.now(), proof));
      }
    }
  }

  /** What is going on now; empty for nothing. */
  String current() {
    return current;
  }

  /** Why it gave up; empty if it did not. */
  Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  synchronized List<FaultWindow> windows() {
    return List.copyOf(windows);
  }

  synchronized int declined() {
    return declined;
  }

  private static void sleep(long millis, BooleanSupplier goesOn) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end && goesOn.getAsBoolean()) {
      Thread.sleep(STEP_MILLIS);
    }
  }
}
