package io.kelson.raft.core;

/**
 * Where an entry stands in the replicated log: its index and the term of the leader that created
 * it.
 *
 * <p>Two logs that hold an entry at the same position agree on everything up to it (Raft paper,
 * section 5.3, Log Matching). Positions order by term first, which is the "more up-to-date" of
 * section 5.4.1.
 *
 * @param term the creating leader's term; 0 only for {@link #ZERO}
 * @param index the entry's index; the first entry of a log has index 1
 */
public record LogPosition(long term, long index) implements Comparable<LogPosition> {
  /** The position before the first entry. */
  public static final LogPosition ZERO = new LogPosition(0, 0);

  public LogPosition {
    if (term < 0 || index < 0) {
      throw new IllegalArgumentException(
          "negative log position: term " + term + ", index " + index);
    }
  }

  @Override
  public int compareTo(LogPosition other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }

  @Override
  public String toString() {
    return term + "/" + index;
  }
}
