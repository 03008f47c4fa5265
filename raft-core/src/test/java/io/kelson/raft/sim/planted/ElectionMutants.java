package io.kelson.raft.sim.planted;

import java.util.List;

/** Votes, terms, leadership. */
final class ElectionMutants {
  private static final String VOTING = "core.Voting";
  private static final String CORE = "core.RaftCore";
  private static final String CANDIDATE = "core.CandidateRole";
  private static final String FOLLOWER = "core.FollowerRole";
  private static final String LEADER = "core.LeaderRole";

  private ElectionMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "quorum-match-even",
            3,
            "an even number of voters commits with half of them",
            "quorum.Majority",
            "return ascending[(ids.length - 1) / 2];",
            "return ascending[ids.length / 2];"),
        new Mutant(
            "quorum-vote-even",
            3,
            "an even number of voters elects with half of them",
            "quorum.Majority",
            "int needed = ids.length / 2 + 1;",
            "int needed = (ids.length + 1) / 2;"),
        new Mutant(
            "prevote-takes-vote",
            6,
            "granting a pre-vote uses up the vote",
            VOTING,
            "granted &= isUpToDate(message.lastLog());",
            "granted &= isUpToDate(message.lastLog()); if (granted) { core.promiseVote(message.from()); }"),
        new Mutant(
            "prevote-raises-term",
            6,
            "a pre-vote request raises the term of who is asked",
            VOTING,
            "if (message.preVote()) { boolean granted =",
            "if (message.preVote()) { core.maybeTakeTerm(message); boolean granted ="),
        new Mutant(
                "prevote-counts-as-vote",
                6,
                "an answer to a pre-vote counts as a real vote",
                CANDIDATE,
                "if (message.preVote() != preVote || !core",
                "if (!core")
            .and(
                VOTING,
                "if (message.term() == core.term() + 1) { core",
                "if (message.term() >= core.term()) { core"),
        new Mutant(
            "refusal-counts-as-vote",
            7,
            "a refused vote counts as a granted one",
            CANDIDATE,
            "if (message.granted()) {",
            "if (!preVote || message.granted()) {"),
        new Mutant(
            "candidate-log-unchecked",
            0,
            "votes go to candidates whatever their log holds",
            VOTING,
            "isFree(message.from()) && isUpToDate(message.lastLog())) {",
            "isFree(message.from())) {"),
        new Mutant(
            "any-log-elected",
            7,
            "neither votes nor pre-votes look at the candidate's log",
            VOTING,
            "return other.compareTo(core.log().lastPosition()) >= 0;",
            "return other.index() >= 0;"),
        new Mutant(
            "candidate-log-by-length",
            0,
            "logs are compared by length before term",
            VOTING,
            "return other.compareTo(core.log().lastPosition()) >= 0;",
            "return other.index() >= core.log().lastPosition().index();"),
        new Mutant(
            "votes-again",
            4,
            "a member votes for everybody who asks in a term",
            VOTING,
            "return core.vote() == candidate || (core.vote() == 0 && core.leader() == 0);",
            "return core.role() != Role.LEADER;"),
        new Mutant(
            "vote-kept-over-terms",
            0,
            "a new term begins with the vote of the old one",
            CORE,
            "term = newTerm; vote = 0;",
            "term = newTerm;"),
        new Mutant(
            "term-not-raised",
            0,
            "a candidate campaigns in the old term",
            CORE,
            "term++; vote = self();",
            "vote = self();"),
        new Mutant(
            "stale-messages-counted",
            12,
            "answers of older terms count in this one",
            CORE,
            "maybeTakeTerm(message); return message.term() == term;",
            "maybeTakeTerm(message); return true;"),
        new Mutant(
            "stale-append-accepted",
            0,
            "requests of a deposed leader are still obeyed",
            CORE,
            "private void onAppendRequest(AppendRequest message) { if (message.term() < term) {",
            "private void onAppendRequest(AppendRequest message) { if (message.term() + 2 < term) {"),
        new Mutant(
            "stale-append-unanswered",
            24,
            "a leader is not told that a member has come back with a higher term",
            CORE,
            "if (message.term() < term) { // Told of",
            "if (message.term() < term) { if (term > 0) { return; } // Told of"),
        new Mutant(
            "rejoiner-not-told-term",
            24,
            "a pre-vote is refused without saying in which term one is",
            VOTING,
            "answer(message, granted ? message.term() : term, granted);",
            "answer(message, message.term(), granted);"),
        new Mutant(
            "no-stickiness",
            0,
            "members that hear a leader vote for others",
            VOTING,
            "boolean disturbs = core.roleState().isContent() && !message.transfer()",
            "boolean disturbs = false && !message.transfer()"),
        new Mutant(
            "leader-not-sticky",
            0,
            "a leader with a quorum takes part in elections",
            LEADER,
            "@Override boolean isContent() { return true; }",
            "@Override boolean isContent() { return false; }"),
        new Mutant(
            "check-quorum-off",
            25,
            "a leader that hears of nobody goes on",
            LEADER,
            "if (!replication.takeActiveQuorum()) {",
            "if (!replication.takeActiveQuorum() && core.term() < 0) {"),
        new Mutant(
            "timeout-starts-anew",
            25,
            "a higher term alone makes followers wait anew",
            CORE,
            "int waited = role instanceof FollowerRole follower ? follower.elapsedTicks() : 0;",
            "int waited = 0;"),
        new Mutant(
            "timeout-not-random",
            0,
            "all election timeouts are equal",
            CORE,
            ": config.electionTicks() + random.nextInt(config.electionTicks());",
            ": config.electionTicks();"),
        new Mutant(
            "candidate-never-retries",
            0,
            "a candidate waits for ever for an undecided election",
            CANDIDATE,
            "core.campaign(\"the election was not decided in time\");",
            ""),
        new Mutant(
            "learner-votes",
            31,
            "learners count in every quorum",
            "core.Membership",
            "new JointQuorum(configuration.voters(), configuration.outgoing());",
            "new JointQuorum(configuration.members(), configuration.outgoing());"),
        new Mutant(
            "no-first-entry",
            0,
            "a new leader appends no entry of its own",
            LEADER,
            "core.append(Entry.noop(core.term(), firstIndex));",
            ""),
        new Mutant(
            "transfer-too-early",
            0,
            "leadership is handed to a voter that lacks entries",
            LEADER,
            "&& replication.find(transferTarget).match() == core.log().last()) {",
            "&& replication.find(transferTarget) != null) {"),
        new Mutant(
            "transfer-ignored",
            0,
            "a member told to campaign at once does not",
            FOLLOWER,
            "core.becomeCandidate(true, \"the leader handed over\");",
            ""),
        new Mutant(
            "transfer-disturbs",
            0,
            "an election that the leader asked for is refused like any other",
            VOTING,
            "core.roleState().isContent() && !message.transfer() && message.term()",
            "core.roleState().isContent() && message.term()"));
  }
}
