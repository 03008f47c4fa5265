package io.kelson.raft.sim.planted;

import java.util.List;

/** Members that come and go. */
final class MembershipMutants {
  private static final String LEADER = "core.LeaderRole";
  private static final String MEMBERSHIP = "core.Membership";
  private static final String QUORUM =
      "quorum = new JointQuorum(configuration.voters(), configuration.outgoing());";

  private MembershipMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "change-before-own-commit",
            0,
            "a leader changes members before it has committed an entry of its term",
            LEADER,
            "if (core.log().commit() < firstIndex) {",
            "if (false) {"),
        new Mutant(
            "change-while-pending",
            0,
            "a leader changes members before the change before is committed",
            LEADER,
            "if (core.configuration().isJoint() || core.membership().index() > core.log().commit()) {",
            "if (core.configuration().isJoint()) {"),
        new Mutant(
                "config-not-rolled-back",
                0,
                "a configuration stays in force though its entry is gone",
                "core.RaftCore",
                "if (membership.truncateAfter(index)) {",
                "if (false) {")
            .and(
                MEMBERSHIP,
                "if (last().entry() != current || last().index() > log.last()) {",
                "if (false) {"),
        new Mutant(
            "joint-as-one",
            0,
            "a joint configuration decides by one majority of all",
            MEMBERSHIP,
            QUORUM,
            "quorum = new JointQuorum(configuration.members().stream()"
                + ".filter(configuration::isVoter).toList(), List.of());"),
        new Mutant(
            "joint-new-only",
            0,
            "a joint configuration decides by the new majority alone",
            MEMBERSHIP,
            QUORUM,
            "quorum = new JointQuorum(configuration.voters(), List.of());"),
        new Mutant(
            "joint-old-only",
            0,
            "a joint configuration decides by the old majority alone",
            MEMBERSHIP,
            QUORUM,
            "quorum = new JointQuorum(configuration.isJoint() ? configuration.outgoing()"
                + " : configuration.voters(), List.of());"),
        new Mutant(
            "joint-left-early",
            0,
            "a joint phase ends before it is committed that it has begun",
            LEADER,
            "if (changing && core.membership().index() <= index) {",
            "if (changing) {"),
        new Mutant(
            "joint-not-left",
            0,
            "a new leader does not finish the change that its predecessor began",
            LEADER,
            "private boolean changing = true;",
            "private boolean changing;"),
        new Mutant(
            "removed-leader-counts-itself",
            0,
            "a leader that has no vote any more counts itself",
            "core.Replication",
            "return core.quorum().reached(id -> id == core.self() ? core.log().durable() : match(id));",
            "List<Long> voters = new ArrayList<>(core.configuration().voters());"
                + " if (!voters.contains(core.self())) { voters.add(core.self()); }"
                + " return new io.kelson.raft.quorum.JointQuorum(voters, core.configuration().outgoing())"
                + ".reached(id -> id == core.self() ? core.log().durable() : match(id));"),
        new Mutant(
            "removed-leader-stays",
            0,
            "a leader that has no vote any more leads on",
            LEADER,
            "} else if (!core.quorum().contains(core.self())) {",
            "} else if (false) {"),
        new Mutant(
            "promotion-unchecked",
            0,
            "whoever is to vote need not have the log",
            LEADER,
            "if (!core.quorum().contains(voter) && !isCaughtUp(voter)) {",
            "if (false) {"),
        new Mutant(
            "id-reused",
            0,
            "a member whose disk was lost comes back empty under its old id",
            "sim.Churn",
            "node.leave(\"its disk is lost\");",
            "node.leave(\"its disk is lost\"); SimNode again = new SimNode(node.id,"
                + " in.configurations.newest(), in, new SimDisk(), new MemoryMachine());"
                + " nodes.set((int) node.id - 1, again); again.start();"),
        new Mutant(
            "anybody-campaigns",
            0,
            "members without a vote campaign",
            MEMBERSHIP,
            "if (quorum.contains(self)) { return true; }",
            "if (true) { return true; }"),
        new Mutant(
            "removed-does-not-campaign",
            0,
            "whoever loses his vote does not campaign, though only his log may win",
            MEMBERSHIP,
            "return index() > commit && previous().configuration().isVoter(self);",
            "return false;"),
        new Mutant(
            "learner-not-sent-to",
            0,
            "new learners get nothing until they vote",
            "core.Replication",
            "} else if (id != core.self()) { Inflights",
            "} else if (id != core.self() && core.quorum().contains(id)) { Inflights"));
  }
}
