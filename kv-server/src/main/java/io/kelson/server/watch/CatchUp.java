package io.kelson.server.watch;

import io.grpc.Status;
import io.kelson.api.mvcc.Event;
import io.kelson.server.mvcc.CompactedException;
import io.kelson.server.mvcc.EventHistory;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.Watcher.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings watchers from the past to the present, a chunk of history at a time, in the background.
 *
 * <p>A round takes the watcher that has waited longest, and every other one near it whose next
 * revision lies in the same stretch, and reads that stretch once for all of them. After a restart
 * thousands of watchers resume from almost the same revision; reading for each alone would decode
 * the same history thousands of times. Who is not done goes to the end of the line, so that one
 * watcher with years to read does not keep the others waiting.
 *
 * <p><b>The hand-over.</b> The read happens without the hub's lock, so revisions may be applied
 * meanwhile; the watcher does not get those live because it is not synced. Afterwards, under the
 * lock, its events are queued and it becomes synced only if its next revision lies after everything
 * the apply thread has handed out; else it reads on. Hence each revision reaches it exactly once,
 * either from here or from there.
 */
final class CatchUp {
  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

  private final WatchHub hub;
  private final EventHistory history;
  private final WatchOptions options;
  private final Executor executor;

  /**
   * Watchers to read for at once.
   *
   * @param lo first revision to read
   * @param hi one past the last the apply thread has handed out. Readers can often see one more
   *     already; were it read here, the watcher would be ahead of the progress reports.
   */
  private record Group(List<Watcher> watchers, long lo, long hi) {}

  /** Signalled when {@link #reading} becomes false. */
  private final Condition readDone;

  // Guarded by the hub's lock.
  private final ArrayDeque<Watcher> line = new ArrayDeque<>();
  private boolean running;
  private boolean reading;

  CatchUp(
      WatchHub hub,
      EventHistory history,
      WatchOptions options,
      Executor executor,
      Condition readDone) {
    this.hub = hub;
    this.history = history;
    this.options = options;
    this.executor = executor;
    this.readDone = readDone;
  }

  /** Lines up a watcher whose next revision is set. Under the hub's lock. */
  void add(Watcher watcher) {
    hub.become(watcher, State.BEHIND);
    line.add(watcher);
  }

  /** Whether a round has to be submitted now, once the lock is free. Under the hub's lock. */
  boolean maybeBegin() {
    if (running || line.isEmpty()) {
      return false;
    }
    running = true;
    return true;
  }

  /** Runs one round in the background. Without the hub's lock. */
  void submit() {
    try {
      executor.execute(this::round);
    } catch (RejectedExecutionException e) {
      LOG.warn(
          "watch catch-up executor has shut down before the watch hub; close the hub first", e);
    }
  }

  private void round() {
    try {
      Group group = takeGroup();
      if (group != null) {
        readFor(group);
      }
    } finally {
      hub.locked(
          () -> {
            running = false;
            reading = false;
            readDone.signalAll();
          });
    }
  }

  /**
   * Waits until no read of history is under way; with all watchers gone none starts any more. Under
   * the hub's lock, which it gives up meanwhile.
   */
  void awaitReadDone() {
    while (reading) {
      readDone.awaitUninterruptibly();
    }
  }

  private Group takeGroup() {
    hub.lock();
    try {
      List<Watcher> group = new ArrayList<>();
      long lo = 0;
      int candidates = Math.min(line.size(), options.catchUpWatchers());
      for (int i = 0; i < candidates; i++) {
        Watcher watcher = line.poll();
        if (watcher.state == State.GONE || maybePark(watcher)) {
          continue;
        }
        lo = group.isEmpty() ? watcher.next : lo;
        if (watcher.next >= lo && watcher.next - lo < options.catchUpRevisions()) {
          hub.become(watcher, State.READING);
          group.add(watcher);
        } else {
          line.add(watcher);
        }
      }
      reading = !group.isEmpty();
      return reading ? new Group(group, lo, hub.publishedRevision() + 1) : null;
    } finally {
      hub.unlockAndWake();
    }
  }

  private boolean maybePark(Watcher watcher) {
    WatchStream stream = watcher.stream();
    if (!stream.queue().parkUnlessRoom()) {
      return false;
    }
    hub.become(watcher, State.PARKED);
    stream.parked.add(watcher);
    return true;
  }

  private void readFor(Group group) {
    List<Watcher> watchers = group.watchers();
    try {
      List<RevisionEvents> chunk =
          history.read(group.lo(), group.hi(), options.catchUpRevisions(), options.catchUpBytes());
      long end = chunk.isEmpty() ? group.hi() : chunk.get(chunk.size() - 1).revision() + 1;
      gather(watchers, chunk);
      hub.locked(() -> deliver(watchers, end, group.hi() - 1));
    } catch (CompactedException e) {
      hub.locked(() -> cancelCompacted(watchers, e.compactRevision()));
    } catch (RuntimeException e) {
      LOG.error("watch history from revision {} cannot be read", group.lo(), e);
      hub.locked(() -> fail(watchers, e));
    }
  }

  private static void gather(List<Watcher> group, List<RevisionEvents> chunk) {
    WatcherIndex index = new WatcherIndex();
    for (Watcher watcher : group) {
      index.add(watcher);
    }
    ArrayList<Watcher> matched = new ArrayList<>();
    for (RevisionEvents revision : chunk) {
      for (Event event : revision.events()) {
        index.match(event.getKv().getKey(), matched);
        EventForms forms = new EventForms(event);
        for (Watcher watcher : matched) {
          if (revision.revision() >= watcher.next) {
            forms.maybeGather(watcher);
          }
        }
        matched.clear();
      }
    }
  }

  private void deliver(List<Watcher> group, long end, long storeRevision) {
    for (Watcher watcher : group) {
      List<WireEvent> events = watcher.gathered;
      watcher.gathered = null;
      if (watcher.state == State.GONE) {
        continue;
      }
      if (events == null || hub.offerPast(watcher, events, storeRevision)) {
        watcher.next = Math.max(watcher.next, end);
      }
      if (watcher.next > hub.publishedRevision()) {
        hub.become(watcher, State.SYNCED);
      } else {
        add(watcher);
      }
    }
  }

  private void cancelCompacted(List<Watcher> group, long compactRevision) {
    Watcher first = group.get(0);
    for (Watcher watcher : group) {
      if (watcher.state == State.GONE) {
        continue;
      }
      if (watcher == first || watcher.next < compactRevision) {
        hub.cancelCompacted(watcher, compactRevision);
      } else {
        add(watcher);
      }
    }
  }

  private void fail(List<Watcher> group, RuntimeException cause) {
    Status status = Status.INTERNAL.withDescription("watch history cannot be read: " + cause);
    for (Watcher watcher : group) {
      watcher.gathered = null;
      hub.endLocked(watcher.stream(), status);
    }
  }
}
