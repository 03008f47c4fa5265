package io.kelson.chaos.nemesis;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Does something again and again on a thread of its own, until it is told to stop. */
final class Worker {
  private static final long BOUND_MILLIS = 180_000;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Thread thread;

  /** Runs until its end or until the supplier says no more. */
  @FunctionalInterface
  interface Work {
    void run(BooleanSupplier goesOn) throws InterruptedException;
  }

  private Worker(String name, Work work) {
    thread =
        new Thread(
            () -> {
              try {
                work.run(() -> !stop.get());
              } catch (InterruptedException | RuntimeException | Error e) {
                failure.set(e);
              }
            },
            "nemesis-" + name);
    thread.setDaemon(true);
  }

  static Worker start(String name, Work work) {
    Worker worker = new Worker(name, work);
    worker.thread.start();
    return worker;
  }

  /** Tells it to stop and waits until it has. */
  void stop() throws InterruptedException {
    stop.set(true);
    join();
  }

  /**
   * Waits until it has done all it has to do.
   *
   * @throws IllegalStateException if it failed or takes minutes
   */
  void join() throws InterruptedException {
    thread.join(BOUND_MILLIS);
    if (thread.isAlive()) {
      thread.interrupt();
      throw new IllegalStateException(thread.getName() + " does not end");
    }
    if (failure.get() != null) {
      throw new IllegalStateException(thread.getName() + " failed", failure.get());
    }
  }
}
