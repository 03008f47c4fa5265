package io.kelson.raft.core;

/**
 * A member's promise to help nobody into the leader's place for a while, which read leases rest on.
 *
 * <p>A leader with a lease asks nobody before it answers a read: a quorum has heard it, and until
 * the last of them may vote again there is no other leader. Every request of a leader begins the
 * promise anew. It covers the member's vote for itself as well: the others' promises may be over,
 * and its vote may be the last that a new leader lacks. It is the member's, not its role's: a
 * higher term that it hears of meanwhile ends the role, and the leader knows nothing of that. A
 * member that starts cannot know whom it heard before, so it begins with a promise. Only an
 * election that the leader itself has asked for is exempt; such a leader uses no lease any more.
 *
 * <p>Without leases there is no promise. What is then left is the role's own stickiness, which
 * keeps elections from disturbing but which no read relies on.
 */
final class Pledge {
  private final int lengthTicks;
  private int leftTicks;

  /**
   * The promise of a member that starts.
   *
   * @param sole whether nobody else votes: there is no other leader then that it may have heard
   */
  Pledge(CoreConfig config, boolean sole) {
    this.lengthTicks = config.readLeaseNanos() > 0 ? config.electionTicks() : 0;
    this.leftTicks = sole ? 0 : lengthTicks;
  }

  /** The leader was heard. */
  void renew() {
    leftTicks = lengthTicks;
  }

  /** The first tick may come at once, so what is promised lasts one interval less than counted. */
  void tick() {
    leftTicks = Math.max(0, leftTicks - 1);
  }

  /** How many more ticks votes are out of the question. */
  int leftTicks() {
    return leftTicks;
  }

  /** Whether votes are out of the question. */
  boolean holds() {
    return leftTicks > 0;
  }
}
