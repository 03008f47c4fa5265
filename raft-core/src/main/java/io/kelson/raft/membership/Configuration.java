package io.kelson.raft.membership;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who votes and who only listens.
 *
 * <p>While {@code outgoing} is not empty the cluster is in joint consensus: a decision needs a
 * majority of the voters and a majority of the outgoing voters (Raft paper, section 6). Ids are
 * sorted, so that two members iterate alike.
 *
 * @param voters member ids that vote, ascending
 * @param outgoing voters of the configuration being left, ascending; empty outside a change
 * @param learners member ids that receive the log without a vote, ascending
 * @param learnersNext outgoing voters that become learners when the joint phase is left, ascending;
 *     until then they still vote
 */
public record Configuration(
    List<Long> voters, List<Long> outgoing, List<Long> learners, List<Long> learnersNext) {
  public Configuration {
    voters = sorted(voters);
    outgoing = sorted(outgoing);
    learners = sorted(learners);
    learnersNext = sorted(learnersNext);
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a configuration without voters can decide nothing");
    }
    for (long learner : learners) {
      if (voters.contains(learner) || outgoing.contains(learner)) {
        throw new IllegalArgumentException(
            "member " + Long.toHexString(learner) + " is both voter and learner");
      }
    }
    for (long learner : learnersNext) {
      if (voters.contains(learner) || !outgoing.contains(learner)) {
        throw new IllegalArgumentException(
            "member " + Long.toHexString(learner) + " is no voter that could become a learner");
      }
    }
  }

  /** One in which no voter is about to become a learner. */
  public Configuration(List<Long> voters, List<Long> outgoing, List<Long> learners) {
    this(voters, outgoing, learners, List.of());
  }

  /** A plain configuration of voters. */
  public static Configuration of(Collection<Long> voters) {
    return new Configuration(List.copyOf(voters), List.of(), List.of());
  }

  /** With ids as people meet them elsewhere, and without what is empty. */
  @Override
  public String toString() {
    return "voters "
        + texts(voters)
        + (outgoing.isEmpty() ? "" : ", leaving " + texts(outgoing))
        + (learners.isEmpty() ? "" : ", learners " + texts(learners))
        + (learnersNext.isEmpty() ? "" : ", learners next " + texts(learnersNext));
  }

  private static List<String> texts(List<Long> ids) {
    return ids.stream().map(Long::toHexString).toList();
  }

  /** Whether the id counts towards a majority of either half. */
  public boolean isVoter(long id) {
    return voters.contains(id) || outgoing.contains(id);
  }

  /** Whether decisions need two majorities. */
  public boolean isJoint() {
    return !outgoing.isEmpty();
  }

  /** Every member that receives the log, ascending. */
  public List<Long> members() {
    return Stream.of(voters, outgoing, learners).flatMap(List::stream).distinct().sorted().toList();
  }

  /**
   * The next configuration on the way to another one: a joint one if voters change, and the target
   * itself if only learners do, since no majority changes then.
   *
   * @throws IllegalStateException in the middle of another change
   */
  public Configuration towards(ConfigurationChange target) {
    if (isJoint()) {
      throw new IllegalStateException("the change to " + voters + " is not finished yet");
    }
    if (voters.equals(target.voters())) {
      return new Configuration(voters, List.of(), target.learners());
    }
    List<Long> staying = target.learners().stream().filter(id -> !voters.contains(id)).toList();
    List<Long> demoted = target.learners().stream().filter(voters::contains).toList();
    return new Configuration(target.voters(), voters, staying, demoted);
  }

  /**
   * The configuration that ends the joint phase.
   *
   * @throws IllegalStateException outside of one
   */
  public Configuration leaveJoint() {
    if (!isJoint()) {
      throw new IllegalStateException("there is no joint phase to leave");
    }
    List<Long> all = Stream.of(learners, learnersNext).flatMap(List::stream).toList();
    return new Configuration(voters, List.of(), all);
  }

  static List<Long> sorted(List<Long> ids) {
    List<Long> unique = ids.stream().distinct().sorted().toList();
    if (unique.size() != ids.size()) {
      throw new IllegalArgumentException("a member id occurs twice in " + ids);
    }
    return unique;
  }
}
