package io.kelson.server.rpc;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where reads are carried out that an event loop must not do.
 *
 * <p>Two threads do whatever is short: one answer, or one chunk of a stream. Large answers to unary
 * calls have to be written in one go, at the speed of whoever reads them, so each has a thread
 * while it lasts; but no more than two of these work at a time, the others wait for their clients.
 */
public final class ReadThreads implements Executor, AutoCloseable {
  private static final int THREADS = 2;
  private static final int MAX_QUEUED = 1024;
  private static final int MAX_LARGE_ANSWERS = 16;
  private static final int MAX_QUEUED_LARGE_ANSWERS = 256;
  private static final long IDLE_SECONDS = 10;
  private static final long CLOSE_LIMIT_MILLIS = 2_000;

  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final ThreadPoolExecutor shortWork =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.SECONDS,
          queue,
          new DefaultThreadFactory("kelson-read", true));
  private final ThreadPoolExecutor largeAnswers =
      new ThreadPoolExecutor(
          MAX_LARGE_ANSWERS,
          MAX_LARGE_ANSWERS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_QUEUED_LARGE_ANSWERS),
          new DefaultThreadFactory("kelson-large-read", true));
  private final Semaphore turns = new Semaphore(THREADS, true);

  private ReadThreads() {
    largeAnswers.allowCoreThreadTimeOut(true);
  }

  /** Ready to work; threads start when they are needed. */
  public static ReadThreads start() {
    return new ReadThreads();
  }

  /**
   * Takes a new read.
   *
   * @throws RejectedExecutionException if {@value #MAX_QUEUED} wait already
   */
  @Override
  public void execute(Runnable read) {
    if (queue.size() >= MAX_QUEUED) {
      throw new RejectedExecutionException("too many reads are waiting");
    }
    shortWork.execute(read);
  }

  /** Takes the next piece of a read that was let in before; whoever lets them in bounds them. */
  void goOn(Runnable piece) {
    shortWork.execute(piece);
  }

  /**
   * Takes an answer that will wait for its client.
   *
   * @throws RejectedExecutionException if too many wait already
   */
  void executeLarge(Runnable answer) {
    largeAnswers.execute(answer);
  }

  /** Held by a large answer while it works and not while it waits. */
  Semaphore turns() {
    return turns;
  }

  /** Lets what was begun come to an end, but not for long. */
  @Override
  public void close() {
    shortWork.shutdown();
    largeAnswers.shutdownNow();
    try {
      shortWork.awaitTermination(CLOSE_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
      largeAnswers.awaitTermination(CLOSE_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
