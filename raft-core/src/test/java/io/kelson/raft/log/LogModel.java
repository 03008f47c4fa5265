package io.kelson.raft.log;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.TermRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A log as a plain list, driven by a seeded script together with a real one.
 *
 * <p>It knows what was acknowledged, and every state that the log passed through since: after a
 * crash, one of those has to be found.
 */
final class LogModel {
  /** Everything a log must give back. */
  record State(LogPosition base, List<Entry> entries, HardState hardState) {
    static State of(RestoredLog restored) {
      return new State(restored.base(), restored.tail(), restored.hardState());
    }

    LogPosition last() {
      return entries.isEmpty() ? base : entries.get(entries.size() - 1).position();
    }

    List<TermRun> termRuns() {
      List<TermRun> runs = new ArrayList<>();
      for (Entry entry : entries) {
        if (runs.isEmpty() || runs.get(runs.size() - 1).term() != entry.term()) {
          runs.add(new TermRun(entry.term(), entry.index()));
        }
      }
      return runs;
    }

    State with(Entry entry) {
      List<Entry> next = new ArrayList<>(entries);
      next.subList((int) (entry.index() - base.index() - 1), next.size()).clear();
      next.add(entry);
      return new State(base, List.copyOf(next), hardState);
    }

    State with(HardState next) {
      return new State(base, entries, next);
    }

    State cut(LogPosition upTo) {
      int gone = (int) (upTo.index() - base.index());
      long commit = Math.max(hardState.commit(), upTo.index());
      return new State(
          upTo,
          entries.subList(gone, entries.size()),
          new HardState(hardState.term(), hardState.vote(), commit));
    }
  }

  private final Random random;
  private final List<State> possible = new ArrayList<>();
  private State now = new State(LogPosition.ZERO, List.of(), HardState.EMPTY);
  private long write;

  LogModel(long seed) {
    random = new Random(seed);
    possible.add(now);
  }

  State now() {
    return now;
  }

  /** What may be found after a crash. */
  List<State> possible() {
    return possible;
  }

  /** Goes on from a state that a recovery has settled on. */
  void adopt(State recovered) {
    now = recovered;
    acknowledged();
  }

  /** Does something at random to both logs. */
  void step(SegmentedLog log) throws IOException {
    int dice = random.nextInt(100);
    if (dice < 40) {
      write(log, append(1 + random.nextInt(4)));
    } else if (dice < 50) {
      write(log, overwrite());
    } else if (dice < 56) {
      write(log, new HardState(now.hardState.term() + 1, random.nextInt(3), commit()), List.of());
    } else if (dice < 64) {
      write(log, commitMore(), List.of());
    } else if (dice < 92) {
      sync(log);
    } else if (dice < 95) {
      log.flush();
    } else if (dice < 99) {
      cut(log);
    } else {
      reset(log);
    }
  }

  void sync(SegmentedLog log) throws IOException {
    log.sync();
    acknowledged();
  }

  /** Appends one entry of the current term and syncs it. */
  void appendDurably(SegmentedLog log) throws IOException {
    write(log, append(1));
    sync(log);
  }

  private void write(SegmentedLog log, List<Entry> entries) throws IOException {
    long term = Math.max(now.hardState.term(), entries.get(0).term());
    long vote = term == now.hardState.term() ? now.hardState.vote() : random.nextInt(3);
    long last = entries.get(entries.size() - 1).index();
    long commit = random.nextBoolean() ? commit() : commit() + random.nextLong(last - commit() + 1);
    write(log, new HardState(term, vote, commit), entries);
  }

  private void write(SegmentedLog log, HardState hardState, List<Entry> entries)
      throws IOException {
    record(now.with(new HardState(hardState.term(), hardState.vote(), now.hardState.commit())));
    for (Entry entry : entries) {
      record(now.with(entry));
    }
    record(now.with(hardState));
    log.write(new PersistBatch(++write, hardState, entries, List.of(), true));
  }

  private List<Entry> append(int count) {
    long term = Math.max(1, now.hardState.term());
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      entries.add(entry(term, now.last().index() + i));
    }
    return entries;
  }

  private List<Entry> overwrite() {
    long from = commit() + 1 + random.nextLong(now.last().index() - commit() + 1);
    List<Entry> entries = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      entries.add(entry(now.hardState.term() + 1, from++));
    }
    return entries;
  }

  private Entry entry(long term, long index) {
    int size = random.nextInt(10) == 0 ? random.nextInt(9000) : random.nextInt(600);
    byte[] data = new byte[size];
    random.nextBytes(data);
    return new Entry(term, index, EntryType.of(random.nextInt(3)), data);
  }

  private HardState commitMore() {
    long more = random.nextLong(now.last().index() - commit() + 1);
    return new HardState(now.hardState.term(), now.hardState.vote(), commit() + more);
  }

  private long commit() {
    return now.hardState.commit();
  }

  private void cut(SegmentedLog log) throws IOException {
    int upTo = (int) (commit() - now.base.index());
    if (upTo > 0) {
      LogPosition position = now.entries.get(random.nextInt(upTo)).position();
      record(now.cut(position));
      log.cut(position);
      acknowledged();
    }
  }

  private void reset(SegmentedLog log) throws IOException {
    long term = now.hardState.term() + 1;
    LogPosition base = new LogPosition(term, now.last().index() + 1 + random.nextInt(10));
    HardState hardState = new HardState(term, 0, base.index());
    record(new State(base, List.of(), hardState));
    log.reset(base, hardState);
    acknowledged();
  }

  private void record(State next) {
    now = next;
    possible.add(next);
  }

  private void acknowledged() {
    possible.clear();
    possible.add(now);
  }
}
