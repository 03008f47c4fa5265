package io.kelson.server.mvcc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes compacted history in the background, on one thread of its own.
 *
 * <p>It looks ten times a second for something to remove, so that nobody has to tell it: not the
 * apply thread, not a restart, not a snapshot that brought its sender's remains along. A step
 * removes few events: entries that are being applied wait for one small write at most. The pause
 * after it is many times as long as the step took, so that a thirtieth of one core goes into this,
 * more only if that would take more than five minutes, and never more than a third.
 *
 * <p>When enough has been removed, files are merged so that the disk gets the space back: at once
 * if somebody waits for it, else when there is little to merge otherwise. While much is written
 * RocksDB merges what was removed away by itself.
 */
public final class PurgeLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PurgeLoop.class);
  private static final int EVENTS_PER_STEP = 128;
  private static final long LOOK_MICROS = 100_000;
  private static final long RETRY_MICROS = 10_000_000;
  private static final long PAUSE_FACTOR = 29;
  private static final long LEAST_PAUSE_FACTOR = 2;

  /**
   * What there is to remove takes about so long at most, if the least pauses allow it: as long as
   * from one automatic compaction to the next, as etcd does them, so that there is always a little
   * to do and never much.
   */
  private static final long MICROS_FOR_ALL = 300_000_000;

  private static final long CLOSE_LIMIT_SECONDS = 10;

  /** Merging files for less gives back little and costs a pass over the history that is kept. */
  private static final long EVENTS_WORTH_RECLAIMING = 10_000;

  private record Waiter(long revision, boolean forSpace, CompletableFuture<Void> removed) {}

  private final MvccStore store;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread purge = new Thread(task, "kelson-purge");
            purge.setDaemon(true);
            return purge;
          });

  /** Guarded by itself. */
  private final List<Waiter> waiters = new ArrayList<>();

  private volatile boolean closed;

  // Written by the purge thread only.
  private volatile long removedEvents;
  private volatile long steps;
  private volatile long stepNanos;

  private PurgeLoop(MvccStore store) {
    this.store = store;
  }

  /** Begins with whatever an earlier run left undone. Close it before the store. */
  public static PurgeLoop start(MvccStore store) {
    PurgeLoop loop = new PurgeLoop(store);
    loop.thread.schedule(loop::look, LOOK_MICROS, TimeUnit.MICROSECONDS);
    return loop;
  }

  /**
   * Waits for a compaction that has been applied. Any thread.
   *
   * @return completed, on the purge thread, when nothing from before that revision is left in this
   *     member's database; cancelled if the member stops before. What a crash brings back is
   *     removed once more after the next start
   */
  public CompletableFuture<Void> removed(long compactRevision) {
    return await(compactRevision, false);
  }

  /**
   * Has everything that compaction left over merged away, whatever that costs. Any thread.
   *
   * @return completed, on the purge thread, when that is done; cancelled if the member stops before
   */
  public CompletableFuture<Void> reclaim() {
    return await(store.compactRevision(), true);
  }

  private CompletableFuture<Void> await(long compactRevision, boolean forSpace) {
    CompletableFuture<Void> removed = new CompletableFuture<>();
    synchronized (waiters) {
      if (closed) {
        removed.cancel(false);
      } else {
        waiters.add(new Waiter(compactRevision, forSpace, removed));
      }
    }
    return removed;
  }

  /** How many events have been removed since the start. Any thread. */
  public long removedEvents() {
    return removedEvents;
  }

  /** How many steps that took. Any thread. */
  public long steps() {
    return steps;
  }

  /** How long those steps took in all. Any thread. */
  public long stepNanos() {
    return stepNanos;
  }

  /** One small read or write; counted if there was anything to do. */
  private boolean purge() {
    long before = store.purgedEvents();
    long start = System.nanoTime();
    boolean more = store.purgeCompacted(EVENTS_PER_STEP);
    long removed = store.purgedEvents() - before;
    removedEvents += removed;
    if (more || removed > 0) {
      stepNanos += System.nanoTime() - start;
      steps++;
    }
    return more;
  }

  private void look() {
    long pauseMicros;
    try {
      long start = System.nanoTime();
      boolean more = step();
      long tookMicros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
      pauseMicros = more ? pauseMicros(tookMicros, store.purgeBacklog()) : LOOK_MICROS;
    } catch (RuntimeException e) {
      if (!closed) {
        // A full disk gets room again; of anything worse the apply thread hears, and stops the
        // member.
        LOG.warn("compacted history stays for now: it cannot be removed", e);
      }
      pauseMicros = RETRY_MICROS;
    }
    synchronized (waiters) {
      if (!closed) {
        thread.schedule(this::look, pauseMicros, TimeUnit.MICROSECONDS);
      }
    }
  }

  /**
   * The pause after a step.
   *
   * @param tookMicros how long the step took
   * @param backlog revisions, and so events at least, that are to be removed
   */
  static long pauseMicros(long tookMicros, long backlog) {
    // A run is read in as many steps as it is removed in.
    long steps = 2 * (backlog / EVENTS_PER_STEP + 1);
    long inTime = MICROS_FOR_ALL / steps - tookMicros;
    long pause = Math.min(tookMicros * PAUSE_FACTOR, inTime);
    // A step that had to wait for the disk is no reason to rest for seconds.
    long rest = Math.min(pause, LOOK_MICROS);
    return Math.max(1, Math.max(tookMicros * LEAST_PAUSE_FACTOR, rest));
  }

  private boolean step() {
    long target = store.compactRevision();
    if (purge()) {
      return true;
    }
    List<Waiter> done = waitingFor(target);
    boolean worth = store.purgedEvents() >= EVENTS_WORTH_RECLAIMING;
    if (!done.isEmpty() || worth && store.isQuiet()) {
      store.reclaimPurged(done.stream().anyMatch(Waiter::forSpace));
    }
    if (!done.isEmpty()) {
      store.flush();
      synchronized (waiters) {
        waiters.removeAll(done);
      }
      done.forEach(waiter -> waiter.removed().complete(null));
    }
    return false;
  }

  private List<Waiter> waitingFor(long purged) {
    synchronized (waiters) {
      return waiters.stream().filter(waiter -> waiter.revision() <= purged).toList();
    }
  }

  /** Ends between two steps; what is left undone is done after the next start. */
  @Override
  public void close() {
    List<Waiter> left;
    synchronized (waiters) {
      closed = true;
      left = List.copyOf(waiters);
      waiters.clear();
    }
    left.forEach(waiter -> waiter.removed().cancel(false));
    store.stopReclaiming();
    thread.shutdownNow();
    try {
      thread.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
