package io.kelson.server.rpc;

import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/** An event loop that a test turns by hand, on its own thread. */
final class ManualLoop extends AbstractEventExecutor {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  int tasksRun;

  @Override
  public synchronized void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs what is queued, and what that queues. */
  void run() {
    for (Runnable task = poll(); task != null; task = poll()) {
      tasksRun++;
      task.run();
    }
  }

  private synchronized Runnable poll() {
    return tasks.poll();
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return true;
  }

  @Override
  public boolean isShuttingDown() {
    return false;
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<?> terminationFuture() {
    throw new UnsupportedOperationException();
  }

  @Deprecated
  @Override
  public void shutdown() {
    throw new UnsupportedOperationException();
  }
}
