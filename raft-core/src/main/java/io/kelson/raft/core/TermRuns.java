package io.kelson.raft.core;

import java.util.Arrays;
import java.util.List;

/**
 * The terms of a whole log as a short list of runs, held in two arrays.
 *
 * <p>Knows the term of every index in {@code [base, last]}, where the base is the position just
 * before the first entry still held. Terms ascend with the index (Raft paper, section 5.3), so that
 * both directions of search are binary.
 */
final class TermRuns {
  private LogPosition base;
  private long[] terms;
  private long[] firsts;
  private int size;
  private long last;

  TermRuns(LogPosition base, long last, List<TermRun> runs) {
    this.base = base;
    this.last = base.index();
    this.terms = new long[Math.max(8, runs.size())];
    this.firsts = new long[terms.length];
    for (TermRun run : runs) {
      append(run.term(), run.firstIndex());
    }
    this.last = last;
  }

  LogPosition base() {
    return base;
  }

  long last() {
    return last;
  }

  boolean knows(long index) {
    return index >= base.index() && index <= last;
  }

  /** The term of a known index. */
  long termAt(long index) {
    if (!knows(index)) {
      throw new InvariantViolation(
          "asked for the term of index " + index + ", but the log holds " + base + " to " + last);
    }
    int run = runOf(index);
    return run < 0 ? base.term() : terms[run];
  }

  LogPosition lastPosition() {
    return new LogPosition(termAt(last), last);
  }

  /** Notes an entry, which must follow the last one. */
  void append(long term, long index) {
    long lastTerm = size == 0 ? base.term() : terms[size - 1];
    if (index <= last || term < lastTerm) {
      throw new InvariantViolation(
          "entry " + term + "/" + index + " cannot follow " + lastTerm + "/" + last);
    }
    if (size == 0 || term != lastTerm) {
      if (size == terms.length) {
        terms = Arrays.copyOf(terms, size * 2);
        firsts = Arrays.copyOf(firsts, size * 2);
      }
      terms[size] = term;
      firsts[size] = index;
      size++;
    }
    last = index;
  }

  /** Forgets everything after an index. */
  void truncateAfter(long index) {
    while (size > 0 && firsts[size - 1] > index) {
      size--;
    }
    last = index;
  }

  /** Forgets everything up to a position that it knows. */
  void cut(LogPosition to) {
    int gone = 0;
    while (gone < size && (gone + 1 < size ? firsts[gone + 1] : last + 1) <= to.index() + 1) {
      gone++;
    }
    System.arraycopy(terms, gone, terms, 0, size - gone);
    System.arraycopy(firsts, gone, firsts, 0, size - gone);
    size -= gone;
    if (size > 0) {
      firsts[0] = Math.max(firsts[0], to.index() + 1);
    }
    base = to;
  }

  /** Forgets everything; what comes next follows this position. */
  void reset(LogPosition to) {
    size = 0;
    base = to;
    last = to.index();
  }

  /** One past the last index that has the same term as this one. */
  long runEnd(long index) {
    int run = runOf(index);
    return run + 1 < size ? firsts[run + 1] : last + 1;
  }

  /**
   * The latest position that is not after {@code index} and whose term is not above {@code term},
   * or the base if there is none.
   *
   * <p>Both sides of a rejection search with it: the follower for the latest place where it could
   * still agree with a leader whose entry before the request has that term, the leader for the
   * latest place where it could agree with what the follower named. Every round trip so skips at
   * least one whole term.
   */
  LogPosition latestNotAbove(long index, long term) {
    long at = Math.min(index, last);
    if (at <= base.index()) {
      return base;
    }
    int run = runOf(at);
    while (run >= 0 && terms[run] > term) {
      at = firsts[run] - 1;
      run--;
    }
    return run < 0 ? base : new LogPosition(terms[run], at);
  }

  /** The runs, for tests and diagnosis. */
  List<TermRun> toList() {
    TermRun[] runs = new TermRun[size];
    for (int i = 0; i < size; i++) {
      runs[i] = new TermRun(terms[i], firsts[i]);
    }
    return List.of(runs);
  }

  private int runOf(long index) {
    // The newest run is asked about far more often than all others together.
    if (size > 0 && index >= firsts[size - 1]) {
      return size - 1;
    }
    int found = Arrays.binarySearch(firsts, 0, size, index);
    return found >= 0 ? found : -found - 2;
  }
}
