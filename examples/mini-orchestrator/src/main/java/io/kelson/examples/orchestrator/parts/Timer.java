package io.kelson.examples.orchestrator.parts;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs something later: the clock that items run by. Tests hand in their own. */
@FunctionalInterface
public interface Timer {
  /**
   * Runs {@code task} when {@code delay} is over.
   *
   * @return what calls it off, if it has not begun
   */
  Runnable start(Duration delay, Runnable task);

  /** By the time of this machine. */
  static Timer on(ScheduledExecutorService threads) {
    return (delay, task) -> {
      Future<?> started = threads.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
      return () -> started.cancel(false);
    };
  }
}
