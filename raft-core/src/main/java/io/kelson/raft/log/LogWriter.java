package io.kelson.raft.log;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.PersistBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The thread that writes the log: whatever queued up during one sync goes into the next one.
 *
 * <p>There is no timer and nothing to tune. An idle disk takes a lone batch at once; a busy one
 * collects larger groups by itself. Batches complete in the order they were submitted, also those
 * that need no sync of their own, so that a message waiting for one of them also waits for all
 * earlier ones.
 *
 * <p>The queue is bounded. When it is full, {@link #submit} waits: what the core has decided cannot
 * be turned down any more, and a member whose disk is that far behind has nothing better to do. The
 * bound on uncommitted bytes in the core is met long before.
 */
public final class LogWriter implements AutoCloseable {
  /** How many batches may wait unless a caller says otherwise. */
  public static final int DEFAULT_QUEUE_BATCHES = 16_384;

  /** Hears what became of the batches, always on the writer thread. */
  public interface Listener {
    /**
     * These batches are durable, and all earlier ones.
     *
     * @param batches in the order they were submitted, never empty
     */
    void durable(List<PersistBatch> batches);

    /**
     * The log, or the listener itself, failed. Called once; no batch becomes durable any more, and
     * what of the last group reached the disk is unknown. The member must stop.
     */
    void failed(Throwable cause);
  }

  /** Something else that has to happen to the log between two batches. */
  @FunctionalInterface
  public interface Task {
    /** Runs on the writer thread; a failure is the log's. */
    void run() throws IOException;
  }

  private sealed interface Work {
    record Write(PersistBatch batch) implements Work {}

    record Other(Task task) implements Work {}
  }

  private final SegmentedLog log;
  private final Listener listener;
  private final LogMetrics metrics;
  private final int capacity;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final Condition notFull = lock.newCondition();
  private List<Work> queue = new ArrayList<>();
  private boolean closing;
  private boolean failed;

  /** A started writer with the default bound, which nobody measures. */
  public LogWriter(SegmentedLog log, Listener listener) {
    this(log, listener, LogMetrics.NONE, DEFAULT_QUEUE_BATCHES, "kelson-log-writer");
  }

  /**
   * A started writer.
   *
   * @param log what to write to; the writer does not close it
   * @param capacity how many batches may wait, at least 1. If too small, the raft loop stalls with
   *     every slow sync; if too large, only memory is at stake
   * @param threadName what to call the thread
   */
  public LogWriter(
      SegmentedLog log, Listener listener, LogMetrics metrics, int capacity, String threadName) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "capacity is " + capacity + ", the log writer's queue must hold at least 1 batch");
    }
    this.log = log;
    this.listener = listener;
    this.metrics = metrics;
    this.capacity = capacity;
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Queues a batch, waiting if the queue is full. Thread-safe; batches are written in the order of
   * the calls.
   *
   * @return false if the writer has failed or been closed: the batch will not become durable
   */
  public boolean submit(PersistBatch batch) {
    return submit(new Work.Write(batch));
  }

  /**
   * Queues a task: it runs after every batch submitted before is durable, and before any later one
   * is written.
   *
   * @return false if the writer has failed or been closed: the task will not run
   */
  public boolean submit(Task task) {
    return submit(new Work.Other(task));
  }

  private boolean submit(Work work) {
    lock.lock();
    try {
      while (queue.size() >= capacity && !closing && !failed) {
        notFull.awaitUninterruptibly();
      }
      if (closing || failed) {
        return false;
      }
      queue.add(work);
      notEmpty.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many batches wait. */
  public int queued() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Writes what was submitted, tells the listener, and stops. Returns when that is done. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      notEmpty.signal();
      notFull.signalAll();
    } finally {
      lock.unlock();
    }
    joinUninterruptibly();
  }

  private void joinUninterruptibly() {
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      for (List<Work> group = next(); !group.isEmpty(); group = next()) {
        carryOut(group);
        if (queued() == 0) {
          log.flush();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private void carryOut(List<Work> group) throws IOException {
    List<PersistBatch> batches = new ArrayList<>(group.size());
    for (Work work : group) {
      if (work instanceof Work.Write write) {
        batches.add(write.batch());
      } else if (work instanceof Work.Other other) {
        makeDurable(batches);
        batches = new ArrayList<>();
        other.task().run();
      }
    }
    makeDurable(batches);
  }

  private void makeDurable(List<PersistBatch> batches) throws IOException {
    if (!batches.isEmpty()) {
      persist(batches);
      listener.durable(batches);
    }
  }

  /** What has queued up, waiting for something; empty when the writer is to stop. */
  private List<Work> next() {
    lock.lock();
    try {
      while (queue.isEmpty() && !closing) {
        notEmpty.awaitUninterruptibly();
      }
      List<Work> group = queue;
      queue = new ArrayList<>();
      notFull.signalAll();
      return group;
    } finally {
      lock.unlock();
    }
  }

  private void persist(List<PersistBatch> group) throws IOException {
    long begin = System.nanoTime();
    boolean mustSync = false;
    int entries = 0;
    long bytes = 0;
    for (PersistBatch batch : group) {
      log.write(batch);
      mustSync |= batch.mustSync();
      entries += batch.entries().size();
      for (Entry entry : batch.entries()) {
        bytes += entry.sizeBytes();
      }
    }
    if (mustSync) {
      log.sync();
      metrics.synced(group.size(), entries, bytes, System.nanoTime() - begin);
    }
  }

  private void fail(Throwable cause) {
    lock.lock();
    try {
      failed = true;
      queue.clear();
      notFull.signalAll();
    } finally {
      lock.unlock();
    }
    listener.failed(cause);
  }
}
