package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A member's disk as the log leaves it: what was synced, and what was asked of it since. A crash
 * keeps a prefix of the latter, cut between any two records of it. A batch's records are, in this
 * order, its term and vote, its entries one by one, and its commit index; that the beginning is cut
 * off, and that the log begins anew, is one record each.
 */
final class SimDisk implements SimLog {
  /** One thing asked of the log, and how many records it writes for it. */
  private sealed interface Operation {
    int records();

    record Write(PersistBatch batch) implements Operation {
      @Override
      public int records() {
        return 2 + batch.entries().size();
      }
    }

    record Cut(LogPosition upTo) implements Operation {
      @Override
      public int records() {
        return 1;
      }
    }

    record Reset(LogPosition base, HardState hardState) implements Operation {
      @Override
      public int records() {
        return 1;
      }
    }
  }

  private HardState hardState = HardState.EMPTY;
  private final LogImage durable = new LogImage();

  /** The log as a reader of the file sees it: with what is written and not synced. */
  private final LogImage visible = new LogImage();

  private final List<Operation> unsynced = new ArrayList<>();

  /** How many of those have left the writer's queue. */
  private int written;

  /**
   * Entries of the group under way that a cut made durable in one go with those that replaced them.
   * Their acknowledgements are sent when the group is done, and were true in its order.
   */
  private final List<LogPosition> replacedInGroup = new ArrayList<>();

  @Override
  public SimDisk model() {
    return this;
  }

  @Override
  public void queue(PersistBatch batch) {
    unsynced.add(new Operation.Write(batch));
    visible.append(batch);
  }

  @Override
  public void write() {
    written = unsynced.size();
    replacedInGroup.clear();
  }

  @Override
  public void sync() {}

  @Override
  public void idle() {}

  @Override
  public void failSoon(SplittableRandom random) {}

  @Override
  public void failNoMore() {}

  @Override
  public void cut(LogPosition upTo) {
    beginCut(upTo);
    structureDurable();
  }

  @Override
  public void reset(LogPosition base, HardState promises) {
    beginReset(base, promises);
    structureDurable();
  }

  /** The log is being cut: from here on a crash may find it so. */
  void beginCut(LogPosition upTo) {
    if (upTo.index() > visible.base().index()) {
      visible.cut(upTo);
      unsynced.add(written++, new Operation.Cut(upTo));
    }
  }

  /** The log is beginning anew: from here on a crash may find it so. */
  void beginReset(LogPosition base, HardState promises) {
    if (written != unsynced.size()) {
      throw new SimFailure("the log begins anew at " + base + " with writes still queued");
    }
    visible.reset(base);
    unsynced.add(written++, new Operation.Reset(base, promises));
  }

  /** A cut or a new beginning is done, and with it everything written before. */
  void structureDurable() {
    int last = written - 1;
    while (last >= 0 && unsynced.get(last) instanceof Operation.Write) {
      last--;
    }
    for (Operation operation : unsynced.subList(0, last + 1)) {
      if (operation instanceof Operation.Write next && !next.batch().entries().isEmpty()) {
        noteReplaced(next.batch().entries().get(0).index());
      }
      keep(operation, Integer.MAX_VALUE);
    }
    forgetFirst(last + 1);
  }

  private void noteReplaced(long from) {
    for (long index = Math.max(from, durable.base().index() + 1); index <= lastIndex(); index++) {
      replacedInGroup.add(new LogPosition(durable.termAt(index), index));
    }
  }

  /** Makes everything up to a batch durable. */
  void durableThrough(long write) {
    int count = 0;
    while (count < unsynced.size()
        && !(unsynced.get(count) instanceof Operation.Write next && next.batch().write() > write)) {
      count++;
    }
    keepFirst(count);
  }

  private void keepFirst(int count) {
    unsynced.subList(0, count).forEach(operation -> keep(operation, Integer.MAX_VALUE));
    forgetFirst(count);
  }

  private void forgetFirst(int count) {
    unsynced.subList(0, count).clear();
    written = Math.max(0, written - count);
  }

  @Override
  public void crash(SplittableRandom random, boolean power) {
    int records = unsynced.stream().mapToInt(Operation::records).sum();
    int kept =
        switch (random.nextInt(3)) {
          case 0 -> 0;
          case 1 -> records;
          default -> random.nextInt(records + 1);
        };
    for (Operation operation : unsynced) {
      keep(operation, kept);
      kept -= operation.records();
    }
    forgetUnsynced();
  }

  private void forgetUnsynced() {
    unsynced.clear();
    replacedInGroup.clear();
    written = 0;
    visible.set(durable);
  }

  /** Keeps the first records of an operation. */
  private void keep(Operation operation, int records) {
    if (records <= 0) {
      return;
    }
    if (operation instanceof Operation.Write write) {
      keep(write.batch(), records);
    } else if (operation instanceof Operation.Cut cut) {
      durable.cut(cut.upTo());
    } else if (operation instanceof Operation.Reset reset) {
      requirePromisesKept(reset);
      durable.reset(reset.base());
      hardState = reset.hardState();
    }
  }

  private void requirePromisesKept(Operation.Reset reset) {
    HardState next = reset.hardState();
    boolean kept =
        next.term() > hardState.term()
            || next.term() == hardState.term()
                && (hardState.vote() == 0 || next.vote() == hardState.vote());
    if (!kept || next.commit() < hardState.commit() || next.commit() < reset.base().index()) {
      throw new SimFailure("a log with " + hardState + " begins anew as " + reset);
    }
  }

  private void keep(PersistBatch batch, int records) {
    HardState next = batch.hardState();
    if (next != null) {
      hardState = new HardState(next.term(), next.vote(), hardState.commit());
    }
    durable.append(batch.entries().subList(0, Math.min(batch.entries().size(), records - 1)));
    if (next != null && records >= 2 + batch.entries().size()) {
      hardState = next;
    }
  }

  /**
   * Takes what another log has found after a crash: everything durable, and some first records of
   * what was under way.
   *
   * @throws SimFailure if it is neither
   */
  void adopt(HardState found, LogPosition foundBase, List<Entry> foundEntries) {
    boolean matches = matches(found, foundBase, foundEntries);
    for (Operation operation : unsynced) {
      // Keeping one record more each time comes to the same as keeping them all at once.
      for (int records = 1; !matches && records <= operation.records(); records++) {
        keep(operation, records);
        matches = matches(found, foundBase, foundEntries);
      }
    }
    if (!matches) {
      throw new SimFailure(
          "the log came back as %s with %d entries behind %s, which it never was since its last"
                  .formatted(found, foundEntries.size(), foundBase)
              + " sync; the latest it could be is "
              + hardState
              + " with "
              + durable);
    }
    forgetUnsynced();
  }

  private boolean matches(HardState found, LogPosition foundBase, List<Entry> foundEntries) {
    return found.equals(hardState()) && durable.is(foundBase, foundEntries);
  }

  /** Whether the durable log holds an entry at this position, or has held it and been cut. */
  boolean holds(LogPosition position) {
    return durable.holds(position);
  }

  /** Whether an entry was durable at its batch's turn in the group whose answers are being sent. */
  boolean hasHeld(LogPosition position) {
    return holds(position) || replacedInGroup.contains(position);
  }

  /** The same of any entry at an index. */
  boolean hasReached(long index) {
    return index <= lastIndex()
        || replacedInGroup.stream().anyMatch(position -> position.index() == index);
  }

  /** What was promised; with everything committed that was cut away. */
  HardState hardState() {
    long commit = Math.max(hardState.commit(), durable.base().index());
    return new HardState(hardState.term(), hardState.vote(), commit);
  }

  long lastIndex() {
    return durable.last().index();
  }

  /** The log with what is not durable yet. */
  LogImage visible() {
    return visible;
  }

  @Override
  public List<Entry> read(long lo, long hi) {
    return visible.read(lo, hi);
  }

  @Override
  public void open(SplittableRandom random, boolean faults) {}

  @Override
  public RestoredLog restored(SplittableRandom random) {
    List<Entry> entries = durable.entries();
    int tail = Math.min(entries.size(), random.nextInt(4) * 3);
    return new RestoredLog(
        hardState(),
        durable.base(),
        durable.last(),
        durable.runs(),
        List.copyOf(entries.subList(entries.size() - tail, entries.size())),
        null,
        entries.stream().filter(entry -> entry.type() == EntryType.CONFIG).toList());
  }
}
