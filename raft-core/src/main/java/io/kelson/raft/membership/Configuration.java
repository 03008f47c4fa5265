package io.kelson.raft.membership;

import java.util.Collection;
import java.util.List;

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
 */
public record Configuration(List<Long> voters, List<Long> outgoing, List<Long> learners) {
  public Configuration {
    voters = sorted(voters);
    outgoing = sorted(outgoing);
    learners = sorted(learners);
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a configuration without voters can decide nothing");
    }
    for (long learner : learners) {
      if (voters.contains(learner)) {
        throw new IllegalArgumentException(
            "member " + Long.toHexString(learner) + " is both voter and learner");
      }
    }
  }

  /** A plain configuration of voters. */
  public static Configuration of(Collection<Long> voters) {
    return new Configuration(List.copyOf(voters), List.of(), List.of());
  }

  /** Whether the id counts towards a majority of either half. */
  public boolean isVoter(long id) {
    return voters.contains(id) || outgoing.contains(id);
  }

  /** Every member that receives the log, ascending. */
  public List<Long> members() {
    return java.util.stream.Stream.of(voters, outgoing, learners)
        .flatMap(List::stream)
        .distinct()
        .sorted()
        .toList();
  }

  private static List<Long> sorted(List<Long> ids) {
    List<Long> unique = ids.stream().distinct().sorted().toList();
    if (unique.size() != ids.size()) {
      throw new IllegalArgumentException("a member id occurs twice in " + ids);
    }
    return unique;
  }
}
