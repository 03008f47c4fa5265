package io.kelson.raft.sim;

import io.kelson.raft.core.Committed;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RaftCore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One member: its core while it runs, and what outlives a crash. */
final class SimNode {
  final long id;
  final SimDisk disk = new SimDisk();

  /** The running core, or null while the member is down. */
  RaftCore core;

  /** Counts starts, so that events of an earlier life are recognised. */
  int life;

  /** Frozen until this time: neither ticks nor messages reach it. */
  long pausedUntil;

  /** Whether a sync is under way, and the number of the last batch it covers. */
  boolean syncing;

  long lastWritten;

  /** Commands applied, one hash for each index; a crash cuts it back to what had been flushed. */
  private final List<Long> applied = new ArrayList<>();

  private int flushed;

  /** What waits in the mailbox of a paused member. */
  final ArrayDeque<Runnable> heldBack = new ArrayDeque<>();

  /** Batches written and not synced, with the messages that wait for them. */
  final ArrayDeque<PersistBatch> pendingSends = new ArrayDeque<>();

  /** What waits for the apply thread. */
  final List<Committed> applyQueue = new ArrayList<>();

  SimNode(long id) {
    this.id = id;
  }

  boolean isUp() {
    return core != null;
  }

  long appliedIndex() {
    return applied.size();
  }

  /** Hash of everything applied so far. */
  long stateHash() {
    return applied.isEmpty() ? 0 : applied.get(applied.size() - 1);
  }

  long stateHashAt(long index) {
    return index == 0 ? 0 : applied.get((int) index - 1);
  }

  void apply(Entry entry) {
    if (entry.index() != applied.size() + 1) {
      throw new SimFailure("member " + id + " applies " + entry + " after index " + applied.size());
    }
    applied.add(mix(stateHash(), entry));
  }

  /** Loses what the store had not flushed. */
  void crash(SplittableRandom random) {
    flushed += applied.size() > flushed ? random.nextInt(applied.size() - flushed + 1) : 0;
    // Never ahead of the log: the store only flushes what its own log holds.
    while (applied.size() > flushed) {
      applied.remove(applied.size() - 1);
    }
    disk.crash(random);
    core = null;
    syncing = false;
    heldBack.clear();
    applyQueue.clear();
    pendingSends.clear();
    pausedUntil = 0;
  }

  static long mix(long hash, Entry entry) {
    long h = hash * 0x9E3779B97F4A7C15L + entry.term() * 31 + entry.index();
    for (byte b : entry.data()) {
      h = h * 131 + b;
    }
    return h ^ (h >>> 29);
  }
}
