package io.kelson.raft.log;

import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.TermRun;
import java.util.ArrayList;
import java.util.List;

/**
 * What the log holds and where: hard state, bounds, terms, and the segments with their indexes.
 *
 * <p>Recovery builds it by replaying the frames; the writer keeps it up to date with the same
 * calls. Once there are readers, every call is made under the monitor of this object.
 */
final class LogState {
  /** One reader at work: finds out if what it was promised is overwritten meanwhile. */
  static final class Ticket {
    private final long hi;
    private boolean truncated;

    Ticket(long hi) {
      this.hi = hi;
    }

    boolean truncated() {
      return truncated;
    }
  }

  /**
   * A stretch of a segment.
   *
   * @param segment the segment
   * @param offset where its first frame begins
   * @param limit the entries before this index are in the frames from there on
   */
  record Region(Segment segment, long offset, long limit) {}

  private final List<Segment> segments = new ArrayList<>();
  private final List<TermRun> terms = new ArrayList<>();
  private final List<Long> configIndexes = new ArrayList<>();
  private final List<Ticket> tickets = new ArrayList<>();
  private HardState hardState;
  private LogPosition base;
  private long lastTerm;
  private long lastIndex;
  private long firstHeld;
  private long firstSegment;
  private long readableHi;

  /** The state at the beginning of the oldest segment. */
  LogState(SegmentHeader oldest) {
    hardState = oldest.hardState();
    base = oldest.base();
    lastTerm = oldest.last().term();
    lastIndex = oldest.last().index();
    firstHeld = lastIndex + 1;
    firstSegment = oldest.firstSegment();
    readableHi = firstHeld;
  }

  HardState hardState() {
    return hardState;
  }

  LogPosition base() {
    return base;
  }

  LogPosition last() {
    return new LogPosition(lastTerm, lastIndex);
  }

  long lastIndex() {
    return lastIndex;
  }

  /** The oldest entry that the segments hold; the base must not be before it once all is read. */
  long firstHeld() {
    return firstHeld;
  }

  /** The oldest segment that is needed. */
  long firstSegment() {
    return firstSegment;
  }

  List<TermRun> termRuns() {
    return List.copyOf(terms);
  }

  /** Where the configuration entries after the base are, ascending. */
  List<Long> configIndexes() {
    return List.copyOf(configIndexes);
  }

  List<Segment> segments() {
    return segments;
  }

  Segment current() {
    return segments.get(segments.size() - 1);
  }

  void segment(Segment segment) {
    segments.add(segment);
  }

  /**
   * @throws IllegalArgumentException if it takes a promise back
   */
  void hardState(HardState next) {
    boolean sameTerm = next.term() == hardState.term();
    if (next.term() < hardState.term()
        || sameTerm && hardState.vote() != 0 && next.vote() != hardState.vote()) {
      throw new IllegalArgumentException(
          "hard state " + next + " takes back the promise of " + hardState);
    }
    if (next.commit() > lastIndex) {
      throw new IllegalArgumentException(
          "commit index " + next.commit() + " is past the end of the log, " + last());
    }
    hardState = next;
  }

  /** Whether an entry at this index would overwrite others. */
  boolean overwrites(long index) {
    return index <= lastIndex;
  }

  /**
   * Adds an entry of the current segment, after cutting off whatever is at its index and behind.
   *
   * @param frame offset of its frame
   * @param opensFrame whether it is the frame's first entry
   * @throws IllegalArgumentException if it leaves a gap, goes back in term, or overwrites what was
   *     cut away or committed
   */
  void entry(long frame, boolean opensFrame, long term, long index, EntryType type) {
    boolean overwrites = overwrites(index);
    if (index > lastIndex + 1 || index <= base.index()) {
      throw new IllegalArgumentException(
          "entry " + term + "/" + index + " does not follow, the log is " + base + ".." + last());
    }
    if (overwrites) {
      truncate(term, index);
    }
    if (term < lastTerm || term < 1) {
      throw new IllegalArgumentException(
          "entry " + term + "/" + index + " follows one of term " + lastTerm);
    }
    if (term != lastTerm || terms.isEmpty()) {
      terms.add(new TermRun(term, index));
    }
    if (opensFrame) {
      current().point(index, frame, overwrites);
    }
    if (type == EntryType.CONFIG) {
      configIndexes.add(index);
    }
    lastTerm = term;
    lastIndex = index;
  }

  private void truncate(long term, long index) {
    if (index <= hardState.commit()) {
      throw new IllegalArgumentException(
          "entry "
              + term
              + "/"
              + index
              + " overwrites committed ones, commit is at "
              + hardState.commit());
    }
    for (int i = segments.size() - 1; i >= 0; i--) {
      segments.get(i).truncate(index);
    }
    while (!terms.isEmpty() && terms.get(terms.size() - 1).firstIndex() >= index) {
      terms.remove(terms.size() - 1);
    }
    configIndexes.removeIf(config -> config >= index);
    for (Ticket ticket : tickets) {
      ticket.truncated |= index < ticket.hi;
    }
    firstHeld = Math.min(firstHeld, index);
    readableHi = Math.min(readableHi, index);
    lastIndex = index - 1;
    lastTerm = terms.isEmpty() ? base.term() : terms.get(terms.size() - 1).term();
  }

  /** Forgets the entries up to a position. */
  void cut(LogPosition upTo, long oldestSegment) {
    base = upTo;
    firstSegment = oldestSegment;
    configIndexes.removeIf(config -> config <= upTo.index());
    while (terms.size() > 1 && terms.get(1).firstIndex() <= upTo.index() + 1) {
      terms.remove(0);
    }
    if (upTo.index() == lastIndex) {
      terms.clear();
    } else if (!terms.isEmpty() && terms.get(0).firstIndex() <= upTo.index()) {
      terms.set(0, new TermRun(terms.get(0).term(), upTo.index() + 1));
    }
  }

  /** Forgets all entries and begins again behind a position. */
  void reset(LogPosition to, long oldestSegment) {
    for (Segment segment : segments) {
      segment.truncate(0);
    }
    for (Ticket ticket : tickets) {
      ticket.truncated = true;
    }
    terms.clear();
    configIndexes.clear();
    base = to;
    lastTerm = to.term();
    lastIndex = to.index();
    firstHeld = lastIndex + 1;
    readableHi = firstHeld;
    firstSegment = oldestSegment;
  }

  /** Whether the log holds the entry at a position. */
  boolean holds(LogPosition position) {
    if (position.index() <= base.index() || position.index() > lastIndex) {
      return false;
    }
    int i = terms.size() - 1;
    while (terms.get(i).firstIndex() > position.index()) {
      i--;
    }
    return terms.get(i).term() == position.term();
  }

  /** The oldest segment that holds an entry after {@code index}, or else the current one. */
  long oldestSegmentAfter(long index) {
    for (int i = 0; i < segments.size() - 1; i++) {
      if (firstIndexAfter(i) > index + 1) {
        return segments.get(i).number();
      }
    }
    return current().number();
  }

  /** Takes the segments before {@link #firstSegment} out. */
  List<Segment> removeUnneeded() {
    List<Segment> unneeded = segments.stream().filter(s -> s.number() < firstSegment).toList();
    segments.removeAll(unneeded);
    return unneeded;
  }

  /** Everything staged so far has reached the file. */
  void written() {
    readableHi = lastIndex + 1;
  }

  /** One past the last entry that can be read. */
  long readableHi() {
    return readableHi;
  }

  Ticket open(long hi) {
    Ticket ticket = new Ticket(hi);
    tickets.add(ticket);
    return ticket;
  }

  void close(Ticket ticket) {
    tickets.remove(ticket);
  }

  /** Where to find an entry that the log holds. */
  Region region(long index) {
    int i = segments.size() - 1;
    int point = segments.get(i).floor(index);
    while (point < 0) {
      i--;
      point = segments.get(i).floor(index);
    }
    Segment segment = segments.get(i);
    boolean inside = point + 1 < segment.points();
    long limit = inside ? segment.firstIndex(point + 1) : firstIndexAfter(i);
    return new Region(segment, segment.offset(point), limit);
  }

  /**
   * An index to read from so as to get about so many bytes, and no less if the log has them: where
   * the nearest noted frame begins.
   */
  long indexBefore(long bytes) {
    long seen = 0;
    for (int i = segments.size() - 1; i >= 0; i--) {
      Segment segment = segments.get(i);
      for (int point = segment.points() - 1; point >= 0; point--) {
        boolean inside = point + 1 < segment.points();
        long end = inside ? segment.offset(point + 1) : segment.capacityBytes();
        boolean last = i == segments.size() - 1 && !inside;
        seen += last ? 0 : Math.max(0, end - segment.offset(point));
        if (seen >= bytes) {
          return Math.max(segment.firstIndex(point), base.index() + 1);
        }
      }
    }
    return base.index() + 1;
  }

  private long firstIndexAfter(int i) {
    for (int next = i + 1; next < segments.size(); next++) {
      if (segments.get(next).points() > 0) {
        return segments.get(next).firstIndex(0);
      }
    }
    return lastIndex + 1;
  }
}
