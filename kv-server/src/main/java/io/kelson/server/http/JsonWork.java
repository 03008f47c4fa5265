package io.kelson.server.http;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what would keep an event loop busy too long: reading and writing large JSON. Half as
 * many as there are cores, gone when there is nothing to do. Thread-safe.
 */
final class JsonWork implements AutoCloseable {
  /** Below this the detour costs more than the work. */
  static final int MAX_ON_LOOP_BYTES = 32 << 10;

  private static final int MAX_WAITING = 10_000;
  private static final long KEEP_SECONDS = 10;

  private final ThreadPoolExecutor threads;

  JsonWork() {
    int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            KEEP_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            new DefaultThreadFactory("kelson-json", true));
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs it soon.
   *
   * @throws RejectedExecutionException if too much waits already, or this is closed
   */
  void execute(Runnable task) {
    threads.execute(task);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
