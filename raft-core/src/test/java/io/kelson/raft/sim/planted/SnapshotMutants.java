package io.kelson.raft.sim.planted;

import java.util.List;

/** Snapshots, the cutting of the log, and what a start makes of both. */
final class SnapshotMutants {
  private static final String CORE = "core.RaftCore";
  private static final String LOG = "core.RaftLog";
  private static final String NODE = "sim.SimNode";
  private static final String CUTTER = "sim.CutWork";

  private SnapshotMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
                "snapshot-over-newer",
                22,
                "an older snapshot is installed over a newer state",
                CORE,
                "if (stale || role.role() == Role.LEADER",
                "if (role.role() == Role.LEADER")
            .and(CORE, "if (log.holds(position)) {", "if (!stale && log.holds(position)) {")
            .and(LOG, "if (index <= commit) { throw", "if (index < 0) { throw"),
        new Mutant(
            "snapshot-drops-acknowledged",
            0,
            "a snapshot replaces a log that holds its last entry, and acknowledged ones behind it",
            CORE,
            "if (log.holds(position)) {",
            "if (false) {"),
        new Mutant(
            "snapshot-keeps-config",
            0,
            "the configuration that was in force stays so over a snapshot",
            CORE,
            "membership.reset(position.index(), snapshot.config());",
            ""),
        new Mutant(
            "snapshot-last-term-forgotten",
            0,
            "the log begins anew behind a snapshot without the term of its last entry",
            LOG,
            "terms.reset(position);",
            "terms.reset(new LogPosition(0, index));"),
        new Mutant(
            "cut-term-forgotten",
            0,
            "a cut log does not know the term of the last entry that is gone",
            LOG,
            "terms.cut(positionAt(upTo));",
            "terms.cut(new LogPosition(0, upTo));"),
        new Mutant(
            "snapshot-term-not-taken",
            0,
            "a member takes a snapshot with entries of a term that it does not take over",
            CORE,
            "long told = Math.max(snapshot.term(), position.term());",
            "long told = snapshot.term();"),
        new Mutant(
            "snapshot-forgets-vote",
            4,
            "the log that begins anew behind a snapshot does not hold the vote",
            "core.Persistence",
            "new HardState(core.term(), core.vote(), position.index())",
            "new HardState(core.term(), 0, position.index())"),
        new Mutant(
            "install-counts-old-writes",
            11,
            "writes to the old log count for the one behind a snapshot",
            "core.Persistence",
            "writes.truncateAfter(0);",
            ""),
        new Mutant(
            "install-appends",
            0,
            "entries are appended while a snapshot takes the place of the log",
            "core.FollowerRole",
            "if (core.isInstalling()) {",
            "if (false) {"),
        new Mutant(
            "snapshot-not-tried-again",
            0,
            "a snapshot that did not arrive is never sent again",
            "core.LeaderRole",
            "replication.retrySnapshots();",
            ""),
        new Mutant(
            "snapshot-never-asked-for",
            0,
            "a follower behind the beginning of the log is sent nothing",
            "core.Replication",
            "if (follower.next() <= log.base().index()) { askForSnapshot(follower); }",
            "if (follower.next() <= log.base().index()) { return; }"),
        new Mutant(
            "log-reset-before-state",
            0,
            "the log begins anew before the state has been replaced",
            NODE,
            "applyWork.install(snapshot, stateInstalled);",
            "stateInstalled.run(); applyWork.install(snapshot, () -> {});"),
        new Mutant(
                "cut-past-flushed",
                0,
                "the log is cut up to what is applied, durably or not",
                CUTTER,
                "long index = Math.min(durable.index(), applied - options.keepEntries());",
                "long index = applied - options.keepEntries();")
            .and(CUTTER, "if (upTo.index() > durable.index()) {", "if (false) {"),
        new Mutant(
                "cut-past-applied",
                0,
                "the log is cut beyond what the core knows to be applied",
                LOG,
                "long upTo = Math.min(index, applied);",
                "long upTo = index;")
            .and(
                CUTTER,
                "long index = Math.min(durable.index(), applied - options.keepEntries());",
                "long index = durable.index();"),
        new Mutant(
                "applied-apart-from-data",
                37,
                "a crash takes back the applied index and leaves the data",
                "sim.MemoryMachine",
                "unflushed.clear(); registers = flushed.copy(); } @Override public Snapshot",
                "LogPosition at = flushed.applied();"
                    + " if (!unflushed.isEmpty() && unflushed.get(unflushed.size() - 1).index() > at.index()) {"
                    + " unflushed.subList((int) (unflushed.size() - unflushed.get(unflushed.size() - 1).index()"
                    + " + at.index()), unflushed.size()).forEach(flushed::apply); flushed.pretend(at); }"
                    + " unflushed.clear(); registers = flushed.copy(); } @Override public Snapshot")
            .and(
                "sim.Registers",
                "Registers copy() {",
                "void pretend(LogPosition at) { applied = at; } Registers copy() {"),
        new Mutant(
            "cut-forgets-config",
            0,
            "the configuration goes with the entry that is cut away",
            "core.Membership",
            "base = changes.remove(0); recorded = true;",
            "changes.remove(0); activate();"),
        new Mutant(
            "start-forgets-config",
            0,
            "a start does not ask the state for the configuration of what was cut away",
            NODE,
            "return config.length == 0 ? restored",
            "return true ? restored"),
        new Mutant(
            "start-ignores-half-installed",
            0,
            "a start goes on with a log that its state is ahead of",
            "core.RestoredLog",
            "if (holds(applied)) { return null; }",
            "if (true) { return null; }"),
        new Mutant(
            "start-begins-again-without-vote",
            4,
            "a log that begins again at a start does not hold the vote",
            "core.RestoredLog",
            "long vote = sameTerm ? hardState.vote() : 0;",
            "long vote = 0;"));
  }
}
