package io.kelson.raft.core;

import io.kelson.raft.membership.ConfigEntry;
import java.util.ArrayList;
import java.util.List;

/** A disk in memory that takes {@link PersistBatch}es the way a log on a real one does. */
final class MemberDisk {
  private final List<Entry> entries = new ArrayList<>();
  private HardState hardState = HardState.EMPTY;
  private LogPosition base = LogPosition.ZERO;
  private ConfigEntry baseConfig;

  /** A configuration that the log is taken to begin with, so that no leader puts one in. */
  void baseConfig(ConfigEntry config) {
    baseConfig = config;
  }

  void write(PersistBatch batch) {
    if (batch.hardState() != null) {
      hardState = batch.hardState();
    }
    for (Entry entry : batch.entries()) {
      while (last().index() >= entry.index()) {
        entries.remove(entries.size() - 1);
      }
      if (entry.index() != last().index() + 1) {
        throw new AssertionError("a hole before " + entry + " after " + last());
      }
      entries.add(entry);
    }
    if (hardState.commit() > last().index()) {
      throw new AssertionError(hardState + " commits more than there is: " + last());
    }
  }

  /** Forgets the beginning; what stood there about members becomes the base's. */
  void cut(LogPosition position) {
    while (base.index() < position.index()) {
      Entry gone = entries.remove(0);
      base = gone.position();
      if (gone.type() == EntryType.CONFIG) {
        baseConfig = ConfigEntry.decode(gone.data());
      }
    }
  }

  /** Begins again behind a snapshot. */
  void reset(SnapshotInstall install, ConfigEntry config) {
    if (install.hardState().term() < hardState.term()
        || install.hardState().commit() < hardState.commit()) {
      throw new AssertionError(install + " takes back " + hardState);
    }
    entries.clear();
    base = install.position();
    baseConfig = config;
    hardState = install.hardState();
  }

  List<Entry> read(long lo, long hi) {
    return entries.stream().filter(e -> e.index() >= lo && e.index() < hi).toList();
  }

  LogPosition last() {
    return entries.isEmpty() ? base : entries.get(entries.size() - 1).position();
  }

  LogPosition base() {
    return base;
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
    int from = Math.max(0, entries.size() - tailEntries);
    long commit = Math.max(hardState.commit(), base.index());
    return new RestoredLog(
        new HardState(hardState.term(), hardState.vote(), commit),
        base,
        last(),
        runs,
        List.copyOf(entries.subList(from, entries.size())),
        baseConfig,
        entries.stream().filter(entry -> entry.type() == EntryType.CONFIG).toList());
  }
}
