package io.kelson.raft.sim.planted;

import java.util.List;

/** Appending, matching, committing, applying. */
final class ReplicationMutants {
  private static final String FOLLOWER = "core.FollowerRole";
  private static final String LEADER = "core.LeaderRole";
  private static final String REPLICATION = "core.Replication";
  private static final String PROGRESS = "progress.Progress";
  private static final String LOG = "core.RaftLog";

  private ReplicationMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "old-term-commit",
            1,
            "an entry of an older term is committed by counting",
            LEADER,
            "if (index < firstIndex || !log.commitTo(index)) {",
            "if (!log.commitTo(index)) {"),
        new Mutant(
            "commit-past-verified",
            8,
            "a follower commits what the message has not checked",
            FOLLOWER,
            "log.commitTo(Math.min(message.commit(), verified));",
            "log.commitTo(Math.min(message.commit(), log.last()));"),
        new Mutant(
            "commit-goes-back",
            0,
            "the commit index may fall",
            LOG,
            "if (index <= commit) { return false; }",
            "if (index == commit) { return false; }"),
        new Mutant(
            "append-cuts-matching",
            9,
            "a request cuts what matches and writes it again",
            FOLLOWER,
            "while (at < entries.size() && entries.get(at).index() <= log.last()",
            "while (at < 0 && entries.get(at).index() <= log.last()"),
        new Mutant(
                "append-cuts-committed",
                9,
                "the same, and no check that what is cut was not committed",
                FOLLOWER,
                "while (at < entries.size() && entries.get(at).index() <= log.last()",
                "while (at < 0 && entries.get(at).index() <= log.last()")
            .and(LOG, "if (index < commit) { throw", "if (index < 0) { throw")
            .and(
                "core.FollowerRole",
                "if (prev.index() <= core.log().commit()) {",
                "if (prev.index() < 0) {")
            .and(
                "core.RaftLog",
                "if (!(base().index() <= applied",
                "if (last() < 0 && !(base().index() <= applied"),
        new Mutant(
            "append-keeps-conflict",
            0,
            "a follower keeps its own entry where the leader has another",
            FOLLOWER,
            "&& log.holds(entries.get(at).position())) {",
            "&& entries.get(at).index() > 0) {"),
        new Mutant(
            "prev-term-unchecked",
            0,
            "a request is accepted wherever the log is long enough",
            LOG,
            "(index <= last() && terms.termAt(index) == position.term());",
            "(index <= last());"),
        new Mutant(
            "ack-more-than-verified",
            8,
            "a heartbeat is acknowledged with all that is durable",
            FOLLOWER,
            "core.sendPromised(accepted(message, Math.min(verified, durable)));",
            "core.sendPromised(accepted(message, durable));"),
        new Mutant(
            "heartbeat-advances-match",
            0,
            "the leader takes any answer as one to all it has sent",
            REPLICATION,
            "boolean grew = follower.accept(message.matchIndex());",
            "boolean grew = follower.accept(Math.max(message.matchIndex(), follower.next() - 1));"),
        new Mutant(
            "forward-appended-by-follower",
            0,
            "a follower appends what was meant for the leader",
            FOLLOWER,
            "if (leader != 0 && leader != message.from() && message.term() < core.term()) {",
            "for (Proposal p : message.proposals()) { core.log().append(new Entry("
                + "Math.max(1, core.term()), core.log().last() + 1, EntryType.NORMAL, p.data())); }"
                + " if (leader < 0) {"),
        new Mutant(
            "forward-appended-twice",
            53,
            "a forwarded command is appended once more when it may have been lost",
            LEADER,
            "appended |= transferTarget == 0 && !core.isStorageFull() && maybeAppend(proposal.data());",
            "appended |= transferTarget == 0 && maybeAppend(proposal.data())"
                + " && maybeAppend(proposal.data());"),
        new Mutant(
            "rejected-but-appended",
            53,
            "a command is turned down after it was appended",
            LEADER,
            "core.append(entry); pending",
            "core.append(entry); if (core.log().last() % 16 == 0) { return false; } pending"),
        new Mutant(
            "window-never-freed",
            0,
            "acknowledgements do not free the window of requests under way",
            PROGRESS,
            "inflights.freeTo(index);",
            ""),
        new Mutant(
            "hint-ignored",
            0,
            "after a rejection the leader tries the same place again",
            PROGRESS,
            "becomeProbe(Math.max(match + 1, Math.min(resumeAt, refused)));",
            "becomeProbe(Math.max(match + 1, refused + 1));"),
        new Mutant(
            "probe-waits-for-ever",
            0,
            "a lost probe is never repeated",
            PROGRESS,
            "if (paused && heartbeatsPaused >= 2) {",
            "if (paused && heartbeatsPaused < 0) {"),
        new Mutant(
            "stall-unnoticed",
            0,
            "a pipeline that lost requests is never asked about",
            PROGRESS,
            "return state == State.REPLICATE && !isIdle() && heartbeatsSinceProgress >= 1;",
            "return false;"),
        new Mutant(
            "fetch-over-terms",
            0,
            "entries are read from the log over the end of a term",
            REPLICATION,
            "hi = Math.min(hi, log.terms().runEnd(lo));",
            ""),
        new Mutant(
            "fetch-unchecked",
            0,
            "entries read from the log are sent though others have taken their place",
            "sim.LogWork",
            "entries.size() == fetch.hi() - fetch.prev().index() - 1 && entries.get(entries.size() - 1).term() == fetch.lastTerm();",
            "!entries.isEmpty();"),
        new Mutant(
            "uncommitted-never-shrinks",
            0,
            "what was committed still counts as waiting",
            LEADER,
            "pendingBytes -= pending.poll().sizeBytes();",
            "pending.poll();"),
        new Mutant(
            "commit-not-announced",
            0,
            "followers are not told of the last commit index, not even by heartbeats",
            REPLICATION,
            "                log.commit(),\n                round,\n                newsOnly));",
            "                entries.isEmpty() ? 0 : log.commit(),\n                round,\n"
                + "                newsOnly));"),
        new Mutant(
            "applied-twice",
            37,
            "entries are handed out again until they are applied",
            LOG,
            "long lo = handedOut + 1;",
            "long lo = applied + 1;"),
        new Mutant(
            "applied-skipped",
            37,
            "entries that do not fit a portion are never handed out",
            LOG,
            "handedOut = hi - 1;",
            "handedOut = Math.max(hi - 1, Math.min(commit, durable));"),
        new Mutant(
                "applied-before-durable",
                0,
                "entries are applied before the member's own disk holds them",
                LOG,
                "long hi = Math.min(commit, durable) + 1;",
                "long hi = commit + 1;")
            .and(LOG, "&& handedOut <= Math.min(commit, durable)", "&& handedOut <= commit"),
        new Mutant(
            "everything-committed-at-start",
            0,
            "a member takes all it finds on its disk for committed",
            LOG,
            "this.commit = Math.max(restored.hardState().commit(), appliedIndex);",
            "this.commit = last;"));
  }
}
