package io.kelson.raft.core;

import java.util.ArrayDeque;
import java.util.List;

/**
 * The core's view of its log: the terms of all entries, the newest entries themselves, and the
 * pointers that say how far each stage has come.
 *
 * <pre>
 *   base <= applied <= handedOut <= min(commit, durable) <= last
 * </pre>
 *
 * {@code commit} and {@code durable} come in either order: a quorum of others can commit what this
 * disk has not finished writing. Entries are handed out for applying only once both have passed
 * them, so that what a state machine has seen is always in the log beneath it.
 */
final class RaftLog {
  /** A range handed out and not yet applied, and what it is taken to weigh. */
  private record HandedOut(long last, long sizeBytes) {}

  /** How many times {@link CoreConfig#maxApplyBytes} may wait at the state machine. */
  private static final int MAX_APPLY_QUEUE = 4;

  private final CoreConfig config;
  private final TermRuns terms;
  private final EntryWindow window;
  private final ArrayDeque<HandedOut> unapplied = new ArrayDeque<>();
  private long unappliedBytes;
  private long applied;
  private long handedOut;
  private long commit;
  private long durable;
  private long unwritten;

  RaftLog(CoreConfig config, RestoredLog restored, long appliedIndex) {
    long last = restored.last().index();
    if (appliedIndex < restored.base().index() || appliedIndex > last) {
      throw new InvariantViolation(
          "the state machine has applied "
              + appliedIndex
              + ", but the log holds only what lies between "
              + restored.base()
              + " and "
              + restored.last());
    }
    if (restored.hardState().commit() > last
        || restored.hardState().term() < restored.last().term()) {
      throw new InvariantViolation(
          restored.hardState() + " does not fit a log that ends at " + restored.last());
    }
    this.config = config;
    this.terms = new TermRuns(restored.base(), last, restored.termRuns());
    if (!terms.lastPosition().equals(restored.last())) {
      throw new InvariantViolation(
          "runs " + restored.termRuns() + " do not lead to " + restored.last());
    }
    this.window = new EntryWindow(last + 1 - restored.tail().size());
    restored.tail().forEach(window::append);
    this.applied = appliedIndex;
    this.handedOut = appliedIndex;
    this.commit = Math.max(restored.hardState().commit(), appliedIndex);
    this.durable = last;
    this.unwritten = last + 1;
  }

  LogPosition base() {
    return terms.base();
  }

  long last() {
    return terms.last();
  }

  LogPosition lastPosition() {
    return terms.lastPosition();
  }

  long commit() {
    return commit;
  }

  long durable() {
    return durable;
  }

  long applied() {
    return applied;
  }

  TermRuns terms() {
    return terms;
  }

  EntryWindow window() {
    return window;
  }

  LogPosition positionAt(long index) {
    return new LogPosition(terms.termAt(index), index);
  }

  /**
   * Whether the log holds an entry of this term at this index. What lies before the base, or is
   * committed, is held by definition: a leader has it too (Raft paper, section 5.4.3).
   */
  boolean holds(LogPosition position) {
    long index = position.index();
    return index < base().index() || (index <= last() && terms.termAt(index) == position.term());
  }

  void append(Entry entry) {
    terms.append(entry.term(), entry.index());
    window.append(entry);
  }

  /**
   * Drops everything after an index because the leader has something else there (section 5.3).
   *
   * @throws InvariantViolation if that would drop a committed entry
   */
  void truncateAfter(long index) {
    if (index < commit) {
      throw new InvariantViolation(
          "entries after " + index + " were to be cut, but " + commit + " is committed");
    }
    terms.truncateAfter(index);
    window.truncateAfter(index);
    durable = Math.min(durable, index);
    unwritten = Math.min(unwritten, index + 1);
  }

  /** The entries that no batch has taken yet; they count as taken from here on. */
  List<Entry> takeUnwritten() {
    List<Entry> entries = window.slice(unwritten, last() + 1);
    unwritten = last() + 1;
    return entries;
  }

  boolean hasUnwritten() {
    return unwritten <= last();
  }

  /** Raises the commit index, which never falls; returns whether it rose. */
  boolean commitTo(long index) {
    if (index <= commit) {
      return false;
    }
    if (index > last()) {
      throw new InvariantViolation(
          "index " + index + " is said to be committed, but the log ends at " + last());
    }
    commit = index;
    return true;
  }

  /** Notes that the disk holds everything up to an index. */
  void durableTo(long index) {
    durable = Math.max(durable, index);
  }

  /** Notes how far the state machine has come. */
  void appliedTo(long index) {
    if (index > handedOut) {
      throw new InvariantViolation(
          "index " + index + " was applied, but only " + handedOut + " was handed out");
    }
    applied = Math.max(applied, index);
    while (!unapplied.isEmpty() && unapplied.peek().last() <= applied) {
      unappliedBytes -= unapplied.poll().sizeBytes();
    }
  }

  /**
   * The next entries to apply, or null: all those that are committed and durable, as far as they
   * fit one portion and the state machine is not too far behind. Entries no longer in memory come
   * as a bare range.
   */
  Committed nextCommitted() {
    long lo = handedOut + 1;
    long hi = Math.min(commit, durable) + 1;
    if (lo >= hi || unappliedBytes >= (long) MAX_APPLY_QUEUE * config.maxApplyBytes()) {
      return null;
    }
    List<Entry> entries = List.of();
    long sizeBytes = config.maxApplyBytes();
    if (lo < window.lo()) {
      hi = Math.min(hi, window.lo());
    } else {
      hi = window.fitting(lo, hi, config.maxApplyBytes());
      entries = window.slice(lo, hi);
      sizeBytes = 0;
      for (Entry entry : entries) {
        sizeBytes += entry.sizeBytes();
      }
    }
    handedOut = hi - 1;
    unapplied.add(new HandedOut(handedOut, sizeBytes));
    unappliedBytes += sizeBytes;
    return new Committed(lo, hi, entries);
  }

  /**
   * Forgets the entries up to an index, as far as they are applied; returns whether there were any.
   */
  boolean maybeCut(long index) {
    long upTo = Math.min(index, applied);
    if (upTo <= base().index()) {
      return false;
    }
    terms.cut(positionAt(upTo));
    window.evict(upTo + 1, -1);
    return true;
  }

  /** Begins anew behind a snapshot, which holds everything up to its position applied. */
  void reset(LogPosition position) {
    long index = position.index();
    if (index <= commit) {
      throw new InvariantViolation(
          "the log was to begin again at " + position + ", but " + commit + " is committed");
    }
    terms.reset(position);
    window.reset(index + 1);
    unapplied.clear();
    unappliedBytes = 0;
    applied = index;
    handedOut = index;
    commit = index;
    durable = index;
    unwritten = index + 1;
  }

  /**
   * Lets go of old entries beyond the cache's size. Only what is durable can be read back, so the
   * rest stays.
   */
  void evict() {
    if (window.sizeBytes() > config.entryCacheBytes()) {
      window.evict(Math.min(durable, unwritten - 1) + 1, config.entryCacheBytes());
    }
  }

  /** Checks the order of the pointers. */
  void check() {
    if (!(base().index() <= applied
        && applied <= handedOut
        && handedOut <= Math.min(commit, durable)
        && Math.max(commit, durable) <= last()
        && window.hi() == last() + 1
        && window.lo() <= durable + 1
        && window.lo() > base().index())) {
      throw new InvariantViolation("the log's pointers are out of order: " + this);
    }
  }

  @Override
  public String toString() {
    return "log{base="
        + base()
        + " applied="
        + applied
        + " handedOut="
        + handedOut
        + " commit="
        + commit
        + " durable="
        + durable
        + " last="
        + lastPosition()
        + " window=["
        + window.lo()
        + ", "
        + window.hi()
        + ")}";
  }
}
