package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.TermRun;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A member's disk as the log leaves it: what was synced, and what was written since. A crash keeps
 * a prefix of the latter, cut between any two records of it. A batch's records are, in this order,
 * its term and vote, its entries one by one, and its commit index.
 */
final class SimDisk implements SimLog {
  private HardState hardState = HardState.EMPTY;
  private final List<Entry> entries = new ArrayList<>();
  private final ArrayDeque<PersistBatch> unsynced = new ArrayDeque<>();

  /** The log as a reader of the file sees it: with what is written and not synced. */
  private final List<Entry> visible = new ArrayList<>();

  @Override
  public SimDisk model() {
    return this;
  }

  @Override
  public void queue(PersistBatch batch) {
    unsynced.add(batch);
    append(visible, batch.entries());
  }

  @Override
  public void write() {}

  @Override
  public void sync() {}

  @Override
  public void idle() {}

  @Override
  public void failSoon(SplittableRandom random) {}

  @Override
  public void failNoMore() {}

  /** Makes everything up to a batch durable. */
  void durableThrough(long write) {
    while (!unsynced.isEmpty() && unsynced.peek().write() <= write) {
      keep(unsynced.poll(), Integer.MAX_VALUE);
    }
  }

  @Override
  public void crash(SplittableRandom random, boolean power) {
    int records = 0;
    for (PersistBatch batch : unsynced) {
      records += 2 + batch.entries().size();
    }
    int kept =
        switch (random.nextInt(3)) {
          case 0 -> 0;
          case 1 -> records;
          default -> random.nextInt(records + 1);
        };
    for (PersistBatch batch : unsynced) {
      keep(batch, kept);
      kept -= 2 + batch.entries().size();
      if (kept <= 0) {
        break;
      }
    }
    forgetUnsynced();
  }

  private void forgetUnsynced() {
    unsynced.clear();
    visible.clear();
    visible.addAll(entries);
  }

  /** Keeps the first records of a batch. */
  private void keep(PersistBatch batch, int records) {
    if (records <= 0) {
      return;
    }
    HardState next = batch.hardState();
    if (next != null) {
      hardState = new HardState(next.term(), next.vote(), hardState.commit());
    }
    append(entries, batch.entries().subList(0, Math.min(batch.entries().size(), records - 1)));
    if (next != null && records >= 2 + batch.entries().size()) {
      hardState = next;
    }
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

  /**
   * Takes what another log has found after a crash: everything durable, and some first records of
   * what was under way.
   *
   * @throws SimFailure if it is neither
   */
  void adopt(HardState found, List<Entry> foundEntries) {
    boolean matches = matches(found, foundEntries);
    for (PersistBatch batch : unsynced) {
      // Keeping one record more each time comes to the same as keeping them all at once.
      for (int records = 1; !matches && records <= 2 + batch.entries().size(); records++) {
        keep(batch, records);
        matches = matches(found, foundEntries);
      }
    }
    if (!matches) {
      throw new SimFailure(
          "the log came back as "
              + found
              + " with "
              + describe(foundEntries)
              + ", which it never was since its last sync; the latest it could be is "
              + hardState
              + " with "
              + describe(entries));
    }
    forgetUnsynced();
  }

  private boolean matches(HardState found, List<Entry> foundEntries) {
    int size = entries.size();
    return found.equals(hardState)
        && foundEntries.size() == size
        && (size == 0 || foundEntries.get(size - 1).equals(entries.get(size - 1)))
        && foundEntries.equals(entries);
  }

  private static String describe(List<Entry> log) {
    return log.isEmpty() ? "no entries" : "entries up to " + log.get(log.size() - 1);
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

  @Override
  public List<Entry> read(long lo, long hi) {
    return lo > visible.size()
        ? List.of()
        : List.copyOf(visible.subList((int) lo - 1, (int) Math.min(hi - 1, visible.size())));
  }

  @Override
  public RestoredLog open(SplittableRandom random, boolean faults) throws IOException {
    List<TermRun> runs = new ArrayList<>();
    for (Entry entry : entries) {
      if (runs.isEmpty() || runs.get(runs.size() - 1).term() != entry.term()) {
        runs.add(new TermRun(entry.term(), entry.index()));
      }
    }
    LogPosition last =
        entries.isEmpty() ? LogPosition.ZERO : entries.get(entries.size() - 1).position();
    int tail = Math.min(entries.size(), random.nextInt(4) * 3);
    return new RestoredLog(
        hardState,
        LogPosition.ZERO,
        last,
        runs,
        List.copyOf(entries.subList(entries.size() - tail, entries.size())),
        null,
        entries.stream().filter(entry -> entry.type() == EntryType.CONFIG).toList());
  }
}
