package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.TermRun;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A member's disk as the log leaves it: what was synced, and what was written since. A crash keeps
 * a seeded prefix of the latter, as an append-only file does, cut anywhere.
 */
final class SimDisk {
  private HardState hardState = HardState.EMPTY;
  private final List<Entry> entries = new ArrayList<>();
  private final ArrayDeque<PersistBatch> unsynced = new ArrayDeque<>();

  /** The log as a reader of the file sees it: with what is written and not synced. */
  private final List<Entry> visible = new ArrayList<>();

  /** Written, not yet durable. */
  void write(PersistBatch batch) {
    unsynced.add(batch);
    append(visible, batch.entries());
  }

  /** Makes everything up to a batch durable. */
  void syncThrough(long write) {
    while (!unsynced.isEmpty() && unsynced.peek().write() <= write) {
      PersistBatch batch = unsynced.poll();
      keep(batch, batch.entries().size(), true);
    }
  }

  /** Forgets what was not synced, but for a prefix that the kernel happened to have written out. */
  void crash(SplittableRandom random) {
    int survivors = unsynced.isEmpty() ? 0 : random.nextInt(unsynced.size() + 1);
    for (int i = 0; i < survivors; i++) {
      PersistBatch batch = unsynced.poll();
      boolean torn = i == survivors - 1 && random.nextBoolean();
      keep(
          batch, torn ? random.nextInt(batch.entries().size() + 1) : batch.entries().size(), !torn);
    }
    unsynced.clear();
    visible.clear();
    visible.addAll(entries);
  }

  /**
   * Hard state goes in front of the entries, as in the log; a torn batch may have lost it and
   * everything behind it.
   */
  private void keep(PersistBatch batch, int entryCount, boolean withHardState) {
    if (batch.hardState() != null && (withHardState || entryCount > 0)) {
      hardState = batch.hardState();
    }
    append(entries, batch.entries().subList(0, entryCount));
  }

  private static void append(List<Entry> log, List<Entry> more) {
    for (Entry entry : more) {
      while (log.size() >= entry.index()) {
        log.remove(log.size() - 1);
      }
      if (entry.index() != log.size() + 1) {
        throw new SimFailure("the log was asked to leave a gap before " + entry);
      }
      log.add(entry);
    }
  }

  /** Whether the durable log holds an entry at this position. */
  boolean holds(LogPosition position) {
    return position.index() == 0
        || position.index() <= entries.size()
            && entries.get((int) position.index() - 1).term() == position.term();
  }

  HardState hardState() {
    return hardState;
  }

  long lastIndex() {
    return entries.size();
  }

  /** Entries [lo, hi) as the log file would give them, including what is written but not synced. */
  List<Entry> read(long lo, long hi) {
    return lo > visible.size()
        ? List.of()
        : List.copyOf(visible.subList((int) lo - 1, (int) Math.min(hi - 1, visible.size())));
  }

  RestoredLog restored(int tailEntries) {
    List<TermRun> runs = new ArrayList<>();
    for (Entry entry : entries) {
      if (runs.isEmpty() || runs.get(runs.size() - 1).term() != entry.term()) {
        runs.add(new TermRun(entry.term(), entry.index()));
      }
    }
    LogPosition last =
        entries.isEmpty() ? LogPosition.ZERO : entries.get(entries.size() - 1).position();
    List<Entry> tail =
        List.copyOf(entries.subList(Math.max(0, entries.size() - tailEntries), entries.size()));
    HardState sane = hardState.commit() <= last.index() ? hardState : clampCommit(last.index());
    return new RestoredLog(sane, LogPosition.ZERO, last, runs, tail);
  }

  /**
   * The commit index is a hint and may have been written with entries that a crash then tore off.
   */
  private HardState clampCommit(long lastIndex) {
    return new HardState(hardState.term(), hardState.vote(), lastIndex);
  }
}
