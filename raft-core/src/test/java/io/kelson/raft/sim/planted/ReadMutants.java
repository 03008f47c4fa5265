package io.kelson.raft.sim.planted;

import java.util.List;

/** Linearizable reads. */
final class ReadMutants {
  private static final String LEADER = "core.LeaderRole";
  private static final String ROUNDS = "core.ReadRounds";
  private static final String FORWARDED = "core.ForwardedReads";

  private ReadMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "read-before-own-commit",
            28,
            "a leader answers reads before it has committed an entry of its term",
            LEADER,
            "if (core.log().commit() < firstIndex || !reads.wantsRound()) {",
            "if (!reads.wantsRound()) {"),
        new Mutant(
            "read-without-quorum",
            28,
            "a leader answers reads without asking whether it still leads",
            LEADER,
            "reads.confirm(replication.confirmedRound()); if (!reads.isEmpty()) {",
            "reads.confirm(Long.MAX_VALUE); if (!reads.isEmpty()) {"),
        new Mutant(
            "read-round-reused",
            29,
            "every round of a term has the same number",
            "core.Replication",
            "round++; return round;",
            "round = 1; return round;"),
        new Mutant(
            "read-round-any-answer",
            29,
            "any answer of a quorum confirms the newest round",
            "progress.Progress",
            "ackedRound = Math.max(ackedRound, round);",
            "ackedRound = Long.MAX_VALUE;"),
        new Mutant(
            "read-round-of-older-term",
            29,
            "the answer to a request of an older term returns that term's round",
            "core.RaftCore",
            "false, message.prev().index(), LogPosition.ZERO, 0));",
            "false, message.prev().index(), LogPosition.ZERO, message.round()));"),
        new Mutant(
            "read-joins-open-round",
            28,
            "a read joins a round that was opened before it came",
            ROUNDS,
            "waiting.add(new Read(asker, id));",
            "(open.isEmpty() ? waiting : open.peekLast().reads()).add(new Read(asker, id));"),
        new Mutant(
            "read-joins-asked-batch",
            28,
            "a follower's read joins a question that was asked before it came",
            FORWARDED,
            "waiting.reads.add(read);",
            "(asked.isEmpty() ? waiting : asked.peekLast()).reads.add(read);"),
        new Mutant(
            "read-context-reused",
            29,
            "a follower's questions all have the same number",
            "core.RaftCore",
            "return readContext++;",
            "return 1;"),
        new Mutant(
            "read-context-restarts",
            29,
            "a follower's questions are numbered from 1 after every start",
            "core.RaftCore",
            "this.readContext = random.nextLong();",
            "this.readContext = 1;"),
        new Mutant(
            "read-question-not-repeated",
            0,
            "a lost question for a read index is never repeated",
            FORWARDED,
            "if (batch.ticks >= 2 * core.config().heartbeatTicks()) {",
            "if (batch.ticks < 0) {"),
        new Mutant(
            "read-not-failed-by-leader",
            0,
            "a deposed leader leaves its clients waiting",
            LEADER,
            "@Override void leave() { reads.failAll(); }",
            "@Override void leave() {}"),
        new Mutant(
            "read-not-failed-by-follower",
            0,
            "a follower that lost its leader leaves its clients waiting",
            "core.FollowerRole",
            "@Override void leave() { reads.failAll(); }",
            "@Override void leave() {}"),
        new Mutant(
            "read-served-before-applied",
            0,
            "a read is answered before its index is applied",
            "sim.Clients",
            "if (each.index() <= applied) {",
            "if (each.index() <= applied + 1000) {"),
        new Mutant(
            "read-counts-learners",
            31,
            "learners confirm a round",
            "core.Replication",
            "return core.quorum().reached(id -> id == core.self() ? Long.MAX_VALUE : ackedRound(id));",
            "return new io.kelson.raft.quorum.Majority(core.configuration().members())"
                + ".reached(id -> id == core.self() ? Long.MAX_VALUE : ackedRound(id));"));
  }
}
