package io.kelson.raft.membership;

import java.util.List;

/**
 * The members that somebody wants a cluster to have.
 *
 * @param voters member ids that shall vote, ascending
 * @param learners member ids that shall receive the log without a vote, ascending
 */
public record ConfigurationChange(List<Long> voters, List<Long> learners) {
  /**
   * A target.
   *
   * @throws IllegalArgumentException if nobody would vote, an id occurs twice, or is 0
   */
  public ConfigurationChange {
    Configuration checked = new Configuration(voters, List.of(), learners);
    if (checked.members().contains(0L)) {
      throw new IllegalArgumentException("member id 0 means nobody");
    }
    voters = checked.voters();
    learners = checked.learners();
  }
}
