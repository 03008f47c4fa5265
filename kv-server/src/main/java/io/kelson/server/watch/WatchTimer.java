package io.kelson.server.watch;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs something later; handed in so that tests own the time. */
@FunctionalInterface
public interface WatchTimer {
  /**
   * Runs {@code task} once after {@code delayMillis}.
   *
   * @return gives the task up if it has not run yet
   */
  Runnable after(long delayMillis, Runnable task);

  /** A timer on a scheduled executor. Tasks are short and do not block. */
  static WatchTimer on(ScheduledExecutorService executor) {
    return (delayMillis, task) -> {
      Future<?> future = executor.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
      return () -> future.cancel(false);
    };
  }
}
