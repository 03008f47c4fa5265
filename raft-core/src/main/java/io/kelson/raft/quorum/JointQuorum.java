package io.kelson.raft.quorum;

import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/**
 * A decision that needs a majority of each of two sets of voters (Raft paper, section 6).
 *
 * <p>Outside a membership change the second set is empty and has no say. Immutable.
 */
public final class JointQuorum {
  private final Majority incoming;
  private final Majority outgoing;

  /**
   * A quorum over two sets.
   *
   * @param voters the voters, at least one
   * @param outgoing the voters of the configuration being left, empty outside a change
   */
  public JointQuorum(List<Long> voters, List<Long> outgoing) {
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a quorum of nobody would always agree");
    }
    this.incoming = new Majority(voters);
    this.outgoing = new Majority(outgoing);
  }

  /** Whether the id counts in either set. */
  public boolean contains(long id) {
    return incoming.contains(id) || outgoing.contains(id);
  }

  /** Whether nobody but this member has a say. */
  public boolean isSole(long id) {
    return incoming.size() == 1
        && incoming.contains(id)
        && (outgoing.size() == 0 || (outgoing.size() == 1 && outgoing.contains(id)));
  }

  /** The largest value that a majority of each set has reached. */
  public long reached(LongUnaryOperator valueOf) {
    return Math.min(incoming.reached(valueOf), outgoing.reached(valueOf));
  }

  /** Whether a majority of each set satisfies the predicate. */
  public boolean agrees(LongPredicate predicate) {
    return result(predicate, id -> false) == VoteResult.WON;
  }

  /** Whether an election is decided: won if both sets say so, lost if either does. */
  public VoteResult result(LongPredicate granted, LongPredicate refused) {
    VoteResult first = incoming.result(granted, refused);
    VoteResult second = outgoing.result(granted, refused);
    if (first == second) {
      return first;
    }
    return first == VoteResult.LOST || second == VoteResult.LOST
        ? VoteResult.LOST
        : VoteResult.PENDING;
  }
}
