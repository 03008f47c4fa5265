package io.kelson.raft.runtime;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.log.LogFullException;
import io.kelson.raft.log.SegmentedLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log short: asks the state machine how far it is durable, making it so now and then, and
 * cuts the log where the core says it may be cut. On a thread of its own, since both wait for the
 * disk.
 *
 * <p>The one rule that matters: the log is never cut beyond what the state machine holds durably,
 * because a crash takes back the rest and only the log can give it again. It is checked here once
 * more before every cut.
 */
final class LogCutter implements CutterSchedule.Work {
  private static final Logger LOGGER = LoggerFactory.getLogger(LogCutter.class);

  private final StateMachine machine;
  private final SegmentedLog log;
  private final long keepEntries;
  private final LongConsumer propose;
  private final Consumer<Throwable> onFailure;
  private final Thread thread;
  private final ArrayDeque<Task> queue = new ArrayDeque<>();
  private LogPosition durable = LogPosition.ZERO;
  private boolean closed;

  private interface Task {
    void run() throws IOException;
  }

  /**
   * @param keepEntries how many applied entries stay for followers that lag a little
   * @param propose hears the index up to which the log is not needed here; asks the core
   */
  LogCutter(
      String name,
      StateMachine machine,
      SegmentedLog log,
      long keepEntries,
      LongConsumer propose,
      Consumer<Throwable> onFailure) {
    this.machine = machine;
    this.log = log;
    this.keepEntries = keepEntries;
    this.propose = propose;
    this.onFailure = onFailure;
    this.thread = new Thread(this::run, name);
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  @Override
  public void consider(long appliedIndex, long limit, boolean mayFlush) {
    submit(
        () -> {
          durable = mayFlush ? machine.flush() : machine.durable();
          long index = Math.min(limit, Math.min(durable.index(), appliedIndex - keepEntries));
          if (index > log.base().index()) {
            propose.accept(index);
          }
        });
  }

  @Override
  public void settle() {
    submit(() -> durable = machine.settle());
  }

  /** Cuts the log, as the core allows. */
  void cut(LogPosition upTo) {
    submit(
        () -> {
          if (upTo.index() > durable.index()) {
            throw new IllegalStateException(
                "the log was to be cut at " + upTo + ", but the state is durable up to " + durable);
          }
          if (!maybeCut(upTo)) {
            return;
          }
          LOGGER.info("the log begins after {} now; the state is durable up to {}", upTo, durable);
        });
  }

  /** A cut that there is no room to note down is left to the next one, which goes further. */
  private boolean maybeCut(LogPosition upTo) throws IOException {
    try {
      log.cut(upTo);
      return true;
    } catch (LogFullException e) {
      LOGGER.warn("the log is not cut at {} for now: {}", upTo, e.getMessage());
      return false;
    }
  }

  private synchronized void submit(Task task) {
    if (!closed) {
      queue.add(task);
      notifyAll();
    }
  }

  /** Stops after what is under way. */
  void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    if (thread != Thread.currentThread()) {
      thread.join();
    }
  }

  private void run() {
    try {
      for (Task task = next(); task != null; task = next()) {
        task.run();
      }
    } catch (Throwable broken) {
      onFailure.accept(broken);
    }
  }

  private synchronized Task next() throws InterruptedException {
    while (queue.isEmpty() && !closed) {
      wait();
    }
    return closed ? null : queue.poll();
  }
}
