package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.TermRun;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a log holds at some moment: a base, and the entries behind it without a gap. */
final class LogImage {
  private LogPosition base = LogPosition.ZERO;
  private final List<Entry> entries = new ArrayList<>();

  /** The configurations among them, by index. */
  private final TreeMap<Long, Configuration> configurations = new TreeMap<>();

  LogPosition base() {
    return base;
  }

  LogPosition last() {
    return entries.isEmpty() ? base : entries.get(entries.size() - 1).position();
  }

  List<Entry> entries() {
    return entries;
  }

  int size() {
    return entries.size();
  }

  /** Becomes what another one is. */
  void set(LogImage other) {
    base = other.base;
    entries.clear();
    entries.addAll(other.entries);
    configurations.clear();
    configurations.putAll(other.configurations);
  }

  /** Appends what a batch brings; what stood there before gives way. */
  void append(List<Entry> more) {
    for (Entry entry : more) {
      while (!entries.isEmpty() && last().index() >= entry.index()) {
        entries.remove(entries.size() - 1);
      }
      if (entry.index() != last().index() + 1) {
        throw new SimFailure("the log was asked to put " + entry + " after " + last());
      }
      entries.add(entry);
      configurations.tailMap(entry.index(), true).clear();
      if (entry.type() == EntryType.CONFIG) {
        configurations.put(entry.index(), ConfigEntry.decode(entry.data()).configuration());
      }
    }
  }

  void append(PersistBatch batch) {
    append(batch.entries());
  }

  /** Forgets the beginning, up to and including a position that it holds. */
  void cut(LogPosition upTo) {
    if (upTo.index() <= base.index()) {
      return;
    }
    if (!holds(upTo)) {
      throw new SimFailure("the log was asked to be cut at " + upTo + ", but is " + this);
    }
    entries.subList(0, at(upTo.index()) + 1).clear();
    configurations.headMap(upTo.index(), true).clear();
    base = upTo;
  }

  /** Forgets everything and begins anew. */
  void reset(LogPosition position) {
    entries.clear();
    configurations.clear();
    base = position;
  }

  /** Whether an entry is here, or was before the beginning was cut, as far as can be told. */
  boolean holds(LogPosition position) {
    long index = position.index();
    return index < base.index() || index <= last().index() && termAt(index) == position.term();
  }

  /** The term of the base or of an entry. */
  long termAt(long index) {
    return index == base.index() ? base.term() : entries.get(at(index)).term();
  }

  private int at(long index) {
    return (int) (index - base.index() - 1);
  }

  /** The newest configuration among the entries and its index, or null. */
  Map.Entry<Long, Configuration> configuration() {
    return configurations.lastEntry();
  }

  /** Entries [lo, hi), or those of them that are here if the first one is. */
  List<Entry> read(long lo, long hi) {
    return lo <= base.index() || lo > last().index()
        ? List.of()
        : List.copyOf(entries.subList(at(lo), Math.min(at(hi), entries.size())));
  }

  List<TermRun> runs() {
    List<TermRun> runs = new ArrayList<>();
    for (Entry entry : entries) {
      if (runs.isEmpty() || runs.get(runs.size() - 1).term() != entry.term()) {
        runs.add(new TermRun(entry.term(), entry.index()));
      }
    }
    return runs;
  }

  /** Whether base and entries are these. */
  boolean is(LogPosition otherBase, List<Entry> others) {
    int size = entries.size();
    return base.equals(otherBase)
        && others.size() == size
        && (size == 0 || others.get(size - 1).equals(entries.get(size - 1)))
        && others.equals(entries);
  }

  @Override
  public String toString() {
    return base + ".." + last();
  }
}
