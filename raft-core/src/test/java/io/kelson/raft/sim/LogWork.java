package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogFetch;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.SnapshotInstall;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/** What a member's log writer and fetch thread do. */
final class LogWork {
  /** A task between two writes: to begin the log anew once the state has been replaced. */
  private static final class Reset {
    final SnapshotInstall order;
    final Runnable done;
    boolean stateInstalled;

    Reset(SnapshotInstall order, Runnable done) {
      this.order = order;
      this.done = done;
    }
  }

  private final SimNode node;
  private final World world;
  private final SimLog log;
  private final ArrayDeque<PersistBatch> unsynced = new ArrayDeque<>();
  private boolean syncing;
  private long lastWrite;
  private long stalledUntil;

  /** Waits for the writes before it and for the state machine; nothing is written after it. */
  private Reset reset;

  LogWork(SimNode node, World world, SimLog log) {
    this.node = node;
    this.world = world;
    this.log = log;
  }

  /** The member died. */
  void stop() {
    unsynced.clear();
    syncing = false;
    lastWrite = 0;
    reset = null;
    stalledUntil = 0;
  }

  /** The disk finishes no sync before a time. */
  void stall(long until) {
    stalledUntil = until;
  }

  boolean isStalled() {
    return stalledUntil > world.now();
  }

  // ---- the log writer

  void write(PersistBatch batch) {
    if (batch.write() != lastWrite + 1) {
      throw new SimFailure("member " + node.id + " numbers " + batch + " after " + lastWrite);
    }
    if (reset != null) {
      throw new SimFailure("member " + node.id + " writes " + batch + " during " + reset.order);
    }
    lastWrite = batch.write();
    world.note("write", node.id, batch.write(), batch.hardState(), batch.entries());
    log.queue(batch);
    unsynced.add(batch);
    if (!syncing) {
      syncing = true;
      node.inThisLife(0, () -> node.whenProcessRuns(this::writeGroup));
    }
  }

  /** Everything queued makes one group, synced together if any of it has to be. */
  private void writeGroup() {
    if (!node.isUp()) {
      return;
    }
    List<PersistBatch> group = List.copyOf(unsynced);
    boolean mustSync = group.stream().anyMatch(PersistBatch::mustSync);
    try {
      log.write();
    } catch (IOException e) {
      node.failed(e);
      return;
    }
    long millis = mustSync ? syncMillis() : 0;
    node.inThisLife(millis, () -> node.whenProcessRuns(() -> groupWritten(group, mustSync)));
  }

  private long syncMillis() {
    long millis = world.draw(world.options.maxSyncMillis());
    if (world.faults && world.chance(world.options.slowSyncPercent())) {
      millis = millis * 50 + 100;
      world.counters.slowSyncs++;
    }
    return Math.max(millis, stalledUntil - world.now());
  }

  private void groupWritten(List<PersistBatch> group, boolean mustSync) {
    if (!node.isUp()) {
      return;
    }
    long last = group.get(group.size() - 1).write();
    try {
      if (mustSync) {
        log.sync();
        world.note("synced", node.id, last);
      }
      // One after the other, as a later one may cut what an earlier one promised; by then the
      // promise was kept.
      for (PersistBatch batch : group) {
        unsynced.remove();
        if (mustSync) {
          log.model().durableThrough(batch.write());
        }
        batch.sendAfter().forEach(node::send);
      }
      if (unsynced.isEmpty()) {
        syncing = false;
        log.idle();
        maybeReset();
      } else {
        node.inThisLife(0, () -> node.whenProcessRuns(this::writeGroup));
      }
    } catch (IOException e) {
      node.failed(e);
      return;
    }
    node.whenLoopRuns(false, () -> node.step(new Input.Persisted(last)));
  }

  /**
   * Begins the log anew after all that was to be written.
   *
   * @return to be run once the state has been replaced, for which this waits
   */
  Runnable reset(SnapshotInstall order, Runnable done) {
    Reset next = new Reset(order, done);
    reset = next;
    return () -> {
      next.stateInstalled = true;
      maybeReset();
    };
  }

  private void maybeReset() {
    if (reset != null && reset.stateInstalled && !syncing) {
      syncing = true;
      node.inThisLife(syncMillis(), () -> node.whenProcessRuns(this::resetLog));
    }
  }

  private void resetLog() {
    if (!node.isUp()) {
      return;
    }
    Reset due = reset;
    try {
      log.reset(due.order.position(), due.order.hardState());
    } catch (IOException e) {
      node.failed(e);
      return;
    }
    if (node.diesInBetween()) {
      return;
    }
    reset = null;
    syncing = false;
    world.note("reset log", node.id, due.order.position().index());
    node.whenLoopRuns(false, due.done);
  }

  // ---- the fetch thread

  void fetch(LogFetch fetch) {
    node.inThisLife(fetchMillis(), () -> node.whenProcessRuns(() -> readAndSend(fetch)));
  }

  /** Reading is slow when syncing is; by then the log may have been rewritten. */
  private long fetchMillis() {
    boolean slow = world.faults && world.chance(world.options.slowSyncPercent());
    return world.random.nextInt(slow ? 600 : 20);
  }

  private void readAndSend(LogFetch fetch) {
    if (!node.isUp()) {
      return;
    }
    try {
      sendFetched(fetch, log.read(fetch.prev().index() + 1, fetch.hi()));
    } catch (IOException e) {
      node.failed(e);
    }
  }

  /** In one request or several. */
  private void sendFetched(LogFetch fetch, List<Entry> entries) {
    boolean same =
        entries.size() == fetch.hi() - fetch.prev().index() - 1
            && entries.get(entries.size() - 1).term() == fetch.lastTerm();
    world.counters.fetches++;
    world.note(
        "fetch", node.id, fetch.to(), fetch.prev().index(), fetch.hi(), same ? "read" : "gone");
    LogPosition prev = fetch.prev();
    for (int lo = 0; same && lo < entries.size(); ) {
      int hi = lo + 1 + world.random.nextInt(entries.size() - lo);
      node.send(
          new Message.AppendRequest(
              fetch.from(),
              fetch.to(),
              fetch.term(),
              prev,
              entries.subList(lo, hi),
              fetch.commit(),
              fetch.round()));
      prev = entries.get(hi - 1).position();
      lo = hi;
    }
  }
}
