package io.kelson.raft.core;

/**
 * What a member must find again after a crash, beside its log (Raft paper, figure 2, "persistent
 * state").
 *
 * <p>Term and vote are promises: they are durable before any message that relies on them leaves.
 * The commit index is a hint that spares work at restart; it may be old, never too new.
 *
 * @param term latest term seen
 * @param vote member voted for in that term, 0 for nobody
 * @param commit an index known to be committed
 */
public record HardState(long term, long vote, long commit) {
  /** The state of a member that has never run. */
  public static final HardState EMPTY = new HardState(0, 0, 0);

  public HardState {
    if (term < 0 || commit < 0) {
      throw new IllegalArgumentException("no such hard state: term " + term + ", commit " + commit);
    }
  }

  /** Whether both make the same promise, whatever their commit index. */
  public boolean samePromise(HardState other) {
    return term == other.term && vote == other.vote;
  }
}
