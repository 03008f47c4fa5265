package io.kelson.raft.log;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.PersistBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 *
 * <p>A disk without room for another segment is no failure: the writer says so, keeps what it has,
 * tries again twice a second, and goes on when there is room. Normally it says so while the present
 * segment still has half its room, so that votes can be cast and leadership can move.
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

    /**
     * There is no room for the next segment. What still fits the present one goes on becoming
     * durable, the rest waits. Not called again before {@link #room}.
     */
    default void full(LogFullException cause) {}

    /** There is room again after {@link #full}. */
    default void room() {}
  }

  /** Something else that has to happen to the log between two batches. */
  @FunctionalInterface
  public interface Task {
    /** Runs on the writer thread; a failure is the log's. */
    void run() throws IOException;
  }

  /** How often a full disk is asked again: often enough for people, too seldom to matter to it. */
  private static final long RETRY_NANOS = 500_000_000;

  /** The writer is closed while the disk is full: what it holds will not be written. */
  private static final class GivenUpException extends IOException {
    private static final long serialVersionUID = 1;
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
  private final Condition hurry = lock.newCondition();
  private List<Work> queue = new ArrayList<>();
  private volatile boolean crowded;
  private boolean closing;
  private boolean impatient;
  private boolean failed;

  /** Writer thread only: whether the listener has been told that the disk is full. */
  private boolean full;

  private long lastTryNanos;

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
   * Queues a batch, waiting if the queue is full, but not on the writer thread. Thread-safe;
   * batches are written in the order of the calls.
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
      // Nobody else would make room for the writer thread itself.
      while (queue.size() >= capacity && !closing && !failed && Thread.currentThread() != thread) {
        notFull.awaitUninterruptibly();
      }
      if (closing || failed) {
        return false;
      }
      queue.add(work);
      crowded = queue.size() >= capacity / 2;
      notEmpty.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether so much waits that {@link #submit} might soon have to. */
  public boolean isCrowded() {
    return crowded;
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

  /**
   * From now on nothing waits for a full disk to have room: what has none is given up, and with it
   * everything after. Never blocks.
   */
  public void stopWaiting() {
    lock.lock();
    try {
      impatient = true;
      hurry.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes what was submitted, tells the listener, and stops. Returns when that is done. What has
   * no room on a full disk is given up: nobody was told that it is durable.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      impatient = true;
      notEmpty.signal();
      hurry.signal();
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
      for (List<Work> group = next(); group != null; group = next()) {
        carryOut(group);
        if (queued() == 0) {
          log.flush();
        }
        lookForRoom();
      }
    } catch (GivenUpException e) {
      // Whoever closes does not want to hear more.
      endQueue();
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
        run(other.task());
      }
    }
    makeDurable(batches);
  }

  private void run(Task task) throws IOException {
    while (true) {
      try {
        task.run();
        return;
      } catch (LogFullException e) {
        waitForRoom(e);
      }
    }
  }

  /** What precedes a batch that has no room is reported before the wait: votes, for one. */
  private void makeDurable(List<PersistBatch> batches) throws IOException {
    int lo = 0;
    while (lo < batches.size()) {
      long begin = System.nanoTime();
      LogFullException obstacle = null;
      int hi = lo;
      try {
        for (; hi < batches.size(); hi++) {
          log.write(batches.get(hi));
        }
      } catch (LogFullException e) {
        obstacle = e;
      }
      if (hi > lo) {
        List<PersistBatch> written = batches.subList(lo, hi);
        sync(written, begin);
        listener.durable(written);
      }
      if (obstacle != null) {
        waitForRoom(obstacle);
      }
      lo = hi;
    }
  }

  private void sync(List<PersistBatch> group, long begin) throws IOException {
    boolean mustSync = false;
    int entries = 0;
    long bytes = 0;
    for (PersistBatch batch : group) {
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

  /** What has queued up; empty if it is time to look at the disk, null if the writer is to stop. */
  private List<Work> next() {
    lock.lock();
    try {
      while (queue.isEmpty() && !closing) {
        if (!full) {
          notEmpty.awaitUninterruptibly();
        } else if (!awaitQuietly(notEmpty)) {
          break;
        }
      }
      if (queue.isEmpty() && closing) {
        return null;
      }
      List<Work> group = queue;
      queue = new ArrayList<>();
      crowded = false;
      notFull.signalAll();
      return group;
    } finally {
      lock.unlock();
    }
  }

  // --- A full disk -------------------------------------------------------------------------

  /** Waits until it is worth trying again what has no room. */
  private void waitForRoom(LogFullException cause) throws GivenUpException {
    tell(cause);
    lock.lock();
    try {
      if (!impatient) {
        awaitQuietly(hurry);
      }
      if (impatient) {
        throw new GivenUpException();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a signal, for one period of trying again at most; false if none came. */
  private static boolean awaitQuietly(Condition condition) {
    try {
      return condition.awaitNanos(RETRY_NANOS) > 0;
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; if somebody does, it is early, no more.
      return true;
    }
  }

  /** Says what has changed about the room for the next segment, asking the disk now and then. */
  private void lookForRoom() {
    if (full && System.nanoTime() - lastTryNanos >= RETRY_NANOS) {
      lastTryNanos = System.nanoTime();
      log.prepareAgain();
    }
    Optional<LogFullException> shortage = log.shortage();
    if (shortage.isPresent()) {
      tell(shortage.get());
    } else if (full) {
      full = false;
      listener.room();
    }
  }

  private void tell(LogFullException cause) {
    if (!full) {
      full = true;
      lastTryNanos = System.nanoTime();
      listener.full(cause);
    }
  }

  private void fail(Throwable cause) {
    endQueue();
    listener.failed(cause);
  }

  private void endQueue() {
    lock.lock();
    try {
      failed = true;
      queue.clear();
      notFull.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
