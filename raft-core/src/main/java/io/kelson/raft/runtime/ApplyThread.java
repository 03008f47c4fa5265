package io.kelson.raft.runtime;

import io.kelson.raft.core.Committed;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Feeds the state machine: takes whatever became committed since its last round, applies it in as
 * few calls as the byte bound allows, and lets reads go whose index has been reached.
 */
final class ApplyThread {
  /** Reads entries that the core no longer holds. */
  @FunctionalInterface
  interface LogReader {
    List<Entry> read(long lo, long hi, long maxBytes) throws IOException;
  }

  private record WaitingRead(long index, List<ReadWaiter> waiters) {}

  private sealed interface Work {
    record Apply(Committed committed) implements Work {}

    record Install(ReceivedSnapshot snapshot, CompletableFuture<Void> done) implements Work {}
  }

  private final StateMachine machine;
  private final LogReader log;
  private final int maxGroupBytes;
  private final LongConsumer onApplied;
  private final Consumer<Throwable> onFailure;
  private final Thread thread;

  private final Object lock = new Object();
  private final ArrayDeque<Work> queue = new ArrayDeque<>();
  private final PriorityQueue<WaitingRead> reads =
      new PriorityQueue<>(Comparator.comparingLong(WaitingRead::index));
  private boolean closed;
  private boolean failed;
  private volatile long appliedIndex;

  ApplyThread(
      String name,
      StateMachine machine,
      LogReader log,
      int maxGroupBytes,
      LongConsumer onApplied,
      Consumer<Throwable> onFailure) {
    this.machine = machine;
    this.log = log;
    this.maxGroupBytes = maxGroupBytes;
    this.onApplied = onApplied;
    this.onFailure = onFailure;
    this.appliedIndex = machine.applied().index();
    this.thread = new Thread(this::run, name);
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Index of the last applied entry. */
  long appliedIndex() {
    return appliedIndex;
  }

  /**
   * Queues committed entries; never blocks. Their number is bounded by what the core lets run ahead
   * of the state.
   */
  void submit(Committed committed) {
    submit(new Work.Apply(committed));
  }

  /** Queues a snapshot that takes the place of whatever was applied before. */
  void submit(ReceivedSnapshot snapshot, CompletableFuture<Void> done) {
    submit(new Work.Install(snapshot, done));
  }

  private void submit(Work work) {
    synchronized (lock) {
      if (!failed) {
        queue.add(work);
        lock.notifyAll();
        return;
      }
    }
    giveUp(work);
  }

  /** The log writer waits for an installation; it must hear that it will not come. */
  private static void giveUp(Work work) {
    if (work instanceof Work.Install install) {
      install
          .done()
          .completeExceptionally(new IllegalStateException("the state machine has failed"));
    }
  }

  /**
   * Lets the waiters go once everything up to {@code index} has been applied, at once if it has.
   */
  void whenApplied(long index, List<ReadWaiter> waiters) {
    synchronized (lock) {
      if (closed) {
        waiters.forEach(waiter -> waiter.failed(Rejection.Reason.NO_LEADER));
        return;
      }
      if (index > appliedIndex) {
        reads.add(new WaitingRead(index, waiters));
        return;
      }
    }
    waiters.forEach(ReadWaiter::ready);
  }

  /**
   * Finishes what was queued, then stops; waits for that, but not for a disk to have room. Reads
   * still waiting fail.
   */
  void close() throws InterruptedException {
    List<WaitingRead> left;
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    machine.stopWaiting();
    if (thread != Thread.currentThread()) {
      thread.join();
    }
    synchronized (lock) {
      left = new ArrayList<>(reads);
      reads.clear();
    }
    for (WaitingRead read : left) {
      read.waiters().forEach(waiter -> waiter.failed(Rejection.Reason.NO_LEADER));
    }
  }

  private void run() {
    List<Work> group = new ArrayList<>();
    try {
      while (takeAll(group)) {
        carryOut(group);
        group.clear();
      }
    } catch (Throwable broken) {
      // Completing twice does nothing: those of the group that were installed stay installed.
      group.forEach(ApplyThread::giveUp);
      List<Work> left;
      synchronized (lock) {
        failed = true;
        left = List.copyOf(queue);
        queue.clear();
      }
      left.forEach(ApplyThread::giveUp);
      if (!(broken instanceof StoppedWaitingException)) {
        onFailure.accept(broken);
      }
    }
  }

  private boolean takeAll(List<Work> group) throws InterruptedException {
    synchronized (lock) {
      while (queue.isEmpty() && !closed) {
        lock.wait();
      }
      group.addAll(queue);
      queue.clear();
      return !group.isEmpty();
    }
  }

  private void carryOut(List<Work> group) throws IOException {
    List<Committed> entries = new ArrayList<>();
    for (Work work : group) {
      if (work instanceof Work.Apply apply) {
        entries.add(apply.committed());
      } else if (work instanceof Work.Install install) {
        apply(entries);
        entries = new ArrayList<>();
        install(install);
      }
    }
    apply(entries);
  }

  private void install(Work.Install install) {
    try {
      machine.install(install.snapshot());
    } catch (RuntimeException | Error e) {
      install.done().completeExceptionally(e);
      throw e;
    }
    reached(machine.applied().index());
    install.done().complete(null);
  }

  private void apply(List<Committed> group) throws IOException {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (Committed committed : group) {
      long next = committed.lo();
      while (next < committed.hi()) {
        List<Entry> part =
            committed.entries().isEmpty()
                ? log.read(next, committed.hi(), maxGroupBytes)
                : committed.entries();
        for (Entry entry : part) {
          if (bytes > 0 && bytes + entry.sizeBytes() > maxGroupBytes) {
            applyGroup(entries);
            entries = new ArrayList<>();
            bytes = 0;
          }
          entries.add(entry);
          bytes += entry.sizeBytes();
        }
        next = part.get(part.size() - 1).index() + 1;
      }
    }
    applyGroup(entries);
  }

  private void applyGroup(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    long expected = appliedIndex + 1;
    if (entries.get(0).index() != expected) {
      throw new IllegalStateException(
          "entry " + entries.get(0) + " came to be applied where index " + expected + " was due");
    }
    machine.apply(entries);
    reached(entries.get(entries.size() - 1).index());
  }

  private void reached(long applied) {
    List<List<ReadWaiter>> fresh = null;
    synchronized (lock) {
      appliedIndex = applied;
      while (!reads.isEmpty() && reads.peek().index() <= applied) {
        fresh = fresh == null ? new ArrayList<>() : fresh;
        fresh.add(reads.poll().waiters());
      }
    }
    onApplied.accept(applied);
    if (fresh != null) {
      for (List<ReadWaiter> waiters : fresh) {
        waiters.forEach(ReadWaiter::ready);
      }
    }
  }
}
