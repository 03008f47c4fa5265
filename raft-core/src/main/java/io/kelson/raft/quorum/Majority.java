package io.kelson.raft.quorum;

import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/**
 * One set of voters, of which more than half decide.
 *
 * <p>The empty set decides nothing by itself: every question is answered so that the other half of
 * a {@link JointQuorum} has the say. Immutable.
 */
public final class Majority {
  private final long[] ids;

  /**
   * A set of voters.
   *
   * @param ids their ids, each once
   */
  public Majority(List<Long> ids) {
    this.ids = new long[ids.size()];
    for (int i = 0; i < this.ids.length; i++) {
      this.ids[i] = ids.get(i);
    }
  }

  /** How many voters there are. */
  public int size() {
    return ids.length;
  }

  /** Whether the id is one of the voters. */
  public boolean contains(long id) {
    for (long voter : ids) {
      if (voter == id) {
        return true;
      }
    }
    return false;
  }

  /**
   * The largest value that more than half of the voters have reached.
   *
   * @param valueOf what each voter has reached; for one who never answered, 0
   * @return that value, or {@link Long#MAX_VALUE} for the empty set
   */
  public long reached(LongUnaryOperator valueOf) {
    if (ids.length == 0) {
      return Long.MAX_VALUE;
    }
    // Clusters have a handful of voters: sorting by insertion beats everything cleverer.
    long[] ascending = new long[ids.length];
    for (int n = 0; n < ids.length; n++) {
      long value = valueOf.applyAsLong(ids[n]);
      int i = n;
      while (i > 0 && ascending[i - 1] > value) {
        ascending[i] = ascending[i - 1];
        i--;
      }
      ascending[i] = value;
    }
    // With 2k+1 or 2k+2 voters, k+1 resp. k+2 values stand at or after this place: a majority.
    return ascending[(ids.length - 1) / 2];
  }

  /**
   * Whether an election is decided.
   *
   * @param granted who has given the vote
   * @param refused who has refused it
   */
  public VoteResult result(LongPredicate granted, LongPredicate refused) {
    int yes = 0;
    int no = 0;
    for (long id : ids) {
      if (granted.test(id)) {
        yes++;
      } else if (refused.test(id)) {
        no++;
      }
    }
    int needed = ids.length / 2 + 1;
    if (ids.length == 0 || yes >= needed) {
      return VoteResult.WON;
    }
    return ids.length - no < needed ? VoteResult.LOST : VoteResult.PENDING;
  }

  @Override
  public String toString() {
    return java.util.Arrays.toString(ids);
  }
}
