package io.kelson.chaos.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A cluster whose members can be removed and come back as new ones: at the same addresses, with
 * another id and without data.
 *
 * <p>All of it takes a quorum of the others. What does not get done within its bound throws {@link
 * IllegalStateException} with what the cluster said last; {@link #complete} goes on from there.
 */
public interface Membership {
  /**
   * A member as the cluster lists it.
   *
   * @param id its id, unsigned
   * @param votes whether it has a vote; a learner has none
   */
  record Seat(long id, boolean votes) {}

  /** What servers say of a learner that has not caught up, among other words. */
  String NOT_IN_SYNC = "in sync with leader";

  /** How the others list it, with a quorum behind that; empty if they do not. */
  Optional<Seat> seat(int member, Duration bound);

  /**
   * Removes a member that runs, and sees its process end: by itself, or killed after a while.
   *
   * @return its exit code; empty if it had to be killed
   */
  OptionalInt remove(int member, Duration bound);

  /**
   * Adds a removed member again, as a learner, and starts it on an empty data directory.
   *
   * @return its new id
   */
  long rejoin(int member, Duration bound);

  /**
   * Asks once for a learner's vote.
   *
   * @return in the servers' words why it gets none; empty if it has one now
   */
  Optional<String> maybePromote(int member);

  /**
   * Makes a member one that runs and votes, wherever between that and removed it is now.
   *
   * @return its id, which is a new one if it had been removed
   */
  long complete(int member, Duration bound);
}
