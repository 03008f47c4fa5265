package io.kelson.raft.sim.planted;

import java.util.List;

/** Promises that must be on disk before anybody hears them. */
final class DurabilityMutants {
  private static final String PERSISTENCE = "core.Persistence";
  private static final String VOTING = "core.Voting";
  private static final String CORE = "core.RaftCore";

  private DurabilityMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "vote-sent-early",
            5,
            "a granted vote leaves before it is durable",
            VOTING,
            ".sendAfter(new VoteResponse(core.self(), message.from(), core.term(), false, true));",
            ".send(new VoteResponse(core.self(), message.from(), core.term(), false, true));"),
        new Mutant(
            "vote-request-early",
            5,
            "a candidate asks for votes before its own is durable",
            "core.CandidateRole",
            "core.outbox().sendAfter(request);",
            "core.outbox().send(request);"),
        new Mutant(
            "own-vote-early",
            5,
            "a candidate counts its own vote before it is durable",
            "core.CandidateRole",
            "if (preVote) { granted.add(core.self()); decide(); }",
            "granted.add(core.self()); decide();"),
        new Mutant(
            "vote-not-written",
            4,
            "a vote in a term that is known already is not written",
            PERSISTENCE,
            "return core.term() != written.term() || core.vote() != written.vote();",
            "return core.term() != written.term();"),
        new Mutant(
            "vote-written-empty",
            4,
            "the term is written without the vote",
            PERSISTENCE,
            "hardState = new HardState(core.term(), core.vote(), commit);",
            "hardState = new HardState(core.term(), 0, commit);"),
        new Mutant(
            "vote-not-restored",
            4,
            "the vote is forgotten at a restart",
            CORE,
            "this.vote = restored.hardState().vote();",
            "this.vote = 0;"),
        new Mutant(
            "vote-not-synced",
            4,
            "a write with nothing but a vote is not synced",
            PERSISTENCE,
            "log.takeUnwritten(); long number = writes.issue(log.last(), promise);",
            "log.takeUnwritten(); content = !entries.isEmpty(); long number = writes.issue(log.last(), promise);"),
        new Mutant(
            "answer-before-term",
            5,
            "answers do not wait for a term that is being written",
            PERSISTENCE,
            "if (hasNewPromise() || !writes.promisesFinished()) {",
            "if (hasNewPromise()) {"),
        new Mutant(
            "promises-sent-early",
            5,
            "nothing waits for term and vote to be written",
            PERSISTENCE,
            "if (hasNewPromise() || !writes.promisesFinished()) {",
            "if (false) {"),
        new Mutant(
            "ack-before-sync",
            32,
            "entries are acknowledged before they are synced",
            "core.FollowerRole",
            "core.outbox().sendAfter(accepted(message, verified));",
            "core.outbox().send(accepted(message, verified));"),
        new Mutant(
            "leader-counts-unsynced",
            32,
            "a leader counts its own log before it is synced",
            "core.Replication",
            "core.log().durable() : match(id));",
            "core.log().last() : match(id));"),
        new Mutant(
            "aba-not-clamped",
            11,
            "a finished write counts for entries that have replaced its own",
            CORE,
            "persistence.writes().truncateAfter(index);",
            ""),
        new Mutant(
            "aba-by-position",
            11,
            "any finished write makes the whole log durable",
            CORE,
            "log.durableTo(persistence.writes().finish(write));",
            "log.durableTo(persistence.writes().finish(write) > 0 ? log.last() : 0);"),
        new Mutant(
            "durable-not-cut",
            11,
            "cutting the log leaves its durable end where it was",
            "core.RaftLog",
            "durable = Math.min(durable, index); unwritten",
            "unwritten"),
        new Mutant(
            "rewrite-not-written",
            9,
            "entries that replace others are not written",
            "core.RaftLog",
            "unwritten = Math.min(unwritten, index + 1);",
            ""),
        new Mutant(
            "undurable-evicted",
            0,
            "entries leave memory before they are durable",
            "core.RaftLog",
            "window.evict(Math.min(durable, unwritten - 1) + 1, config.entryCacheBytes());",
            "window.evict(unwritten, config.entryCacheBytes());"),
        new Mutant(
            "writer-tells-early",
            32,
            "the log writer sends what waits for a sync before it",
            "sim.LogWork",
            "try { if (mustSync) { log.sync();",
            "try { group.forEach(batch -> batch.sendAfter().forEach(node::send)); if (mustSync) { log.sync();"));
  }
}
