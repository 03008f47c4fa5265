package io.kelson.raft.sim.planted;

import java.util.List;

/** Reads from a lease, and the promises they rest on. */
final class LeaseMutants {
  private static final String LEASE = "core.ReadLease";
  private static final String LEADER = "core.LeaderRole";
  private static final String PLEDGE = "core.Pledge";

  private LeaseMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
                "lease-from-answer",
                30,
                "a lease counts from when the answers came, not from the question",
                LEASE,
                "endNanos = questions.poll().askedNanos() + lengthNanos; held = true;",
                "questions.poll(); held = true; endNanos = Long.MAX_VALUE;")
            .and(
                LEASE,
                "return held && nowNanos - endNanos < 0;",
                "if (held && endNanos == Long.MAX_VALUE) { endNanos = nowNanos + lengthNanos; }"
                    + " return held && nowNanos - endNanos < 0;")
            .and(
                LEASE,
                "questions.add(new Question(round, nowNanos));",
                "covers(nowNanos); questions.add(new Question(round, nowNanos));"),
        new Mutant(
                "lease-from-newest-round",
                30,
                "an answer to any round extends the lease from the newest one",
                LEASE,
                "endNanos = questions.poll().askedNanos() + lengthNanos;",
                "endNanos = questions.peekLast().askedNanos() + lengthNanos; questions.poll();")
            .and(
                LEASE,
                "nowNanos - questions.peek().askedNanos() >= lengthNanos",
                "questions.size() > 1000"),
        new Mutant(
            "lease-from-any-answer",
            30,
            "a single answer extends the lease",
            LEADER,
            "lease.answered(replication.confirmedRound());",
            "lease.answered(message.round());"),
        new Mutant(
            "lease-never-ends",
            30,
            "a lease lasts as long as the term",
            LEASE,
            "return held && nowNanos - endNanos < 0;",
            "return held;"),
        new Mutant(
            "lease-without-drift",
            30,
            "a lease lasts the whole election timeout, whatever the clocks do",
            "sim.SimOptions",
            "promisedNanos / 100 * (100 - clockDriftPercent)",
            "promisedNanos / (electionTicks - 1) * electionTicks"),
        new Mutant(
            "lease-kept-at-transfer",
            30,
            "a leader that hands over goes on with its lease",
            LEADER,
            "lease.forgo();",
            ""),
        new Mutant(
            "lease-only-dropped-at-transfer",
            30,
            "a leader that has told another to campaign takes a new lease",
            LEADER,
            "lease.forgo();",
            "lease.drop();"),
        new Mutant(
            "lease-before-own-commit",
            28,
            "a lease answers reads before the leader has committed an entry of its term",
            LEADER,
            "return core.log().commit() >= firstIndex && core",
            "return core"),
        new Mutant(
            "pledge-not-at-start",
            30,
            "a member that starts votes at once, whomever it heard before",
            PLEDGE,
            "this.leftTicks = sole ? 0 : lengthTicks;",
            "this.leftTicks = 0;"),
        new Mutant(
                "pledge-not-of-own-vote",
                30,
                "a member that is told that the leader is gone campaigns within its own promise",
                "core.FollowerRole",
                "core.mayCampaign() && core.pledgedTicks() == 0) {",
                "core.mayCampaign()) {")
            .and(
                "core.FollowerRole",
                "core.pledgedTicks() + core.drawSuccessionTicks()",
                "core.drawSuccessionTicks()"),
        new Mutant(
            "pledge-of-role-only",
            30,
            "a higher term makes a member forget that it has just heard a leader",
            "core.RaftCore",
            "term = newTerm; vote = 0;",
            "term = newTerm; vote = 0; for (int n = 0; n < 1000; n++) { pledge.tick(); }"),
        new Mutant(
                "ticks-in-a-burst",
                30,
                "after a pause a member makes up for the ticks it has missed",
                "sim.SimNode",
                "tick(); tickLater(0);",
                "for (int n = 0; n < 20 && (n == 0 || tickMillis * n <= world.now() - pausedSince); n++) {"
                    + " if (isUp()) { tick(); } } pausedSince = Long.MAX_VALUE / 2; tickLater(0);")
            .and(
                "sim.SimNode",
                "pausedUntil = world.now() + millis;",
                "pausedUntil = world.now() + millis; pausedSince = world.now();")
            .and(
                "sim.SimNode",
                "private boolean processPaused;",
                "private boolean processPaused; private long pausedSince = Long.MAX_VALUE / 2;"));
  }
}
