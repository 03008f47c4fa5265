package io.kelson.server.auth;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The few threads that work on passwords, so that nobody else has to wait for it: at most {@value
 * #MAX_WAITING} wait in line, and of logins only so many begin in a second. What is beyond either
 * is refused. Thread-safe.
 */
public final class PasswordThreads implements AutoCloseable {
  static final int MAX_WAITING = 128;

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long CLOSE_LIMIT_SECONDS = 5;

  private final ThreadPoolExecutor threads;
  private final LongSupplier nanoTime;
  private final int maxLoginsPerSecond;

  /** Guarded by this. */
  private long secondBegan;

  /** Guarded by this. */
  private int logins;

  private PasswordThreads(
      ThreadPoolExecutor threads, int maxLoginsPerSecond, LongSupplier nanoTime) {
    this.threads = threads;
    this.maxLoginsPerSecond = maxLoginsPerSecond;
    this.nanoTime = nanoTime;
    this.secondBegan = nanoTime.getAsLong();
  }

  /**
   * Starts them: half as many as there are processors, at least one, at most four.
   *
   * @param nanoTime the clock that counts seconds
   */
  public static PasswordThreads start(
      int maxLoginsPerSecond, LongSupplier nanoTime, ThreadFactory factory) {
    int size = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            size,
            size,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            factory,
            new ThreadPoolExecutor.AbortPolicy());
    threads.allowCoreThreadTimeOut(true);
    return new PasswordThreads(threads, maxLoginsPerSecond, nanoTime);
  }

  /** Whether one more login may begin in this second; counts it if so. */
  public synchronized boolean maybeBeginLogin() {
    long now = nanoTime.getAsLong();
    if (now - secondBegan >= SECOND_NANOS) {
      secondBegan = now;
      logins = 0;
    }
    if (logins >= maxLoginsPerSecond) {
      return false;
    }
    logins++;
    return true;
  }

  /**
   * Runs something on one of the threads.
   *
   * @return false if too much is waiting; it will not run then
   */
  public boolean maybeExecute(Runnable work) {
    try {
      threads.execute(work);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      threads.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
