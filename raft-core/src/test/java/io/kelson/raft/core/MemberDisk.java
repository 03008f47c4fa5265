package io.kelson.raft.core;

import java.util.ArrayList;
import java.util.List;

/** A disk in memory that takes {@link PersistBatch}es the way a log on a real one does. */
final class MemberDisk {
  private final List<Entry> entries = new ArrayList<>();
  private HardState hardState = HardState.EMPTY;

  void write(PersistBatch batch) {
    if (batch.hardState() != null) {
      hardState = batch.hardState();
    }
    for (Entry entry : batch.entries()) {
      while (entries.size() >= entry.index()) {
        entries.remove(entries.size() - 1);
      }
      if (entry.index() != entries.size() + 1) {
        throw new AssertionError("a hole before " + entry + " after " + entries.size());
      }
      entries.add(entry);
    }
  }

  List<Entry> read(long lo, long hi) {
    return lo > entries.size()
        ? List.of()
        : List.copyOf(entries.subList((int) lo - 1, (int) Math.min(hi - 1, entries.size())));
  }

  HardState hardState() {
    return hardState;
  }

  List<Entry> entries() {
    return entries;
  }

  /** What a member finds when it starts, with the newest entries in memory. */
  RestoredLog restored(int tailEntries) {
    List<TermRun> runs = new ArrayList<>();
    for (Entry entry : entries) {
      if (runs.isEmpty() || runs.get(runs.size() - 1).term() != entry.term()) {
        runs.add(new TermRun(entry.term(), entry.index()));
      }
    }
    LogPosition last =
        entries.isEmpty() ? LogPosition.ZERO : entries.get(entries.size() - 1).position();
    int from = Math.max(0, entries.size() - tailEntries);
    return new RestoredLog(
        hardState,
        LogPosition.ZERO,
        last,
        runs,
        List.copyOf(entries.subList(from, entries.size())));
  }
}
