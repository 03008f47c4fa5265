package io.kelson.raft.sim.planted;

import java.util.List;

/** The files of the log. Only seeds that run on the production log can find these. */
final class LogMutants {
  private static final String SEGMENTED = "log.SegmentedLog";
  private static final String APPENDER = "log.Appender";
  private static final String RECOVERY = "log.Recovery";

  private LogMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "sync-without-force",
            33,
            "a sync only hands the bytes to the operating system",
            SEGMENTED,
            "appender.force(); written(); });",
            "appender.write(); written(); });"),
        new Mutant(
            "roll-without-force",
            34,
            "the log goes on in a new segment before the old one is durable",
            SEGMENTED,
            "private void roll() throws IOException { appender.force();",
            "private void roll() throws IOException { appender.write();"),
        new Mutant(
            "segment-name-unsynced",
            39,
            "the directory is not synced after a segment got its name",
            "log.SegmentPool",
            "directory.rename(Format.SPARE_NAME, name); directory.sync();",
            "directory.rename(Format.SPARE_NAME, name);"),
        new Mutant(
            "segment-header-unsynced",
            34,
            "a segment is used before its header is durable",
            "log.SegmentPool",
            "spare.write(header.encode(), 0); spare.force();",
            "spare.write(header.encode(), 0);"),
        new Mutant(
            "torn-frame-accepted",
            34,
            "the checksum of a frame's records is not compared",
            "log.FrameCursor",
            "if (expected != actual) { problem = \"frame has body",
            "if (expected + 1 == actual) { problem = \"frame has body"),
        new Mutant(
            "chain-unchecked",
            34,
            "a frame may follow any other",
            RECOVERY,
            "&& cursor.previous() == chain && (cursor.number() == number || cursor.isRecovery() && cursor.number() > number)",
            ""),
        new Mutant(
            "names-unsynced-at-start",
            39,
            "a start relies on a segment's name that may still vanish",
            RECOVERY,
            "directory.sync(); rewrite(",
            "rewrite("),
        new Mutant(
            "recovery-testifies-early",
            39,
            "a start says that bytes are durable in the same sync that makes them so",
            RECOVERY,
            "if (from < to) { // Before",
            "if (from < 0) { // Before"),
        new Mutant(
                "recovery-not-durable",
                34,
                "what a start has found is not made durable",
                RECOVERY,
                "rewrite(last, testified, end);",
                "")
            .and(
                APPENDER,
                "record(Format.RECOVERED, number); force();",
                "record(Format.RECOVERED, number); write();"),
        new Mutant(
            "recovery-not-rewritten",
            33,
            "after a failed sync the bytes that the page cache shows are trusted",
            RECOVERY,
            "rewrite(last, testified, end);",
            ""),
        new Mutant(
            "damage-taken-for-tail",
            35,
            "a broken frame ends the log, whatever was durable behind it",
            RECOVERY,
            "if (cursor.durable() > end) {",
            "if (cursor.durable() < 0) {"),
        new Mutant(
            "write-errors-ignored",
            27,
            "the log goes on after a write or sync that failed",
            SEGMENTED,
            "failure = failure == null ? e : failure; throw e;",
            "if (e instanceof RuntimeException r) { throw r; }"),
        new Mutant(
            "commit-before-entries",
            35,
            "the commit index is written in front of the entries it belongs to",
            SEGMENTED,
            "append(new HardState(next.term(), next.vote(), old.commit())); }",
            "append(new HardState(next.term(), next.vote(), Math.min(next.commit(), last().index()))); }"),
        new Mutant(
            "vote-dropped-with-entries",
            4,
            "a batch with entries loses its term and vote",
            SEGMENTED,
            "if (!next.samePromise(old)) {",
            "if (!next.samePromise(old) && batch.entries().isEmpty()) {"));
  }
}
