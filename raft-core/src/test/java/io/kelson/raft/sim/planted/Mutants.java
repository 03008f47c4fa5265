package io.kelson.raft.sim.planted;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** All planted bugs, and those that are known not to be found. */
final class Mutants {
  /** Those that a few seeds are enough for, so that every build can look. */
  static final Set<String> QUICK =
      Set.of(
          "quorum-match-even",
          "prevote-counts-as-vote",
          "any-log-elected",
          "vote-kept-over-terms",
          "no-stickiness",
          "check-quorum-off",
          "transfer-too-early",
          "old-term-commit",
          "commit-past-verified",
          "append-cuts-matching",
          "ack-more-than-verified",
          "heartbeat-advances-match",
          "forward-appended-twice",
          "window-never-freed",
          "applied-skipped",
          "everything-committed-at-start",
          "read-before-own-commit",
          "read-without-quorum",
          "read-joins-open-round",
          "vote-sent-early",
          "own-vote-early",
          "vote-not-written",
          "ack-before-sync",
          "leader-counts-unsynced",
          "aba-by-position",
          "sync-without-force",
          "snapshot-over-newer",
          "snapshot-keeps-config",
          "snapshot-forgets-vote",
          "cut-past-flushed",
          "log-reset-before-state",
          "applied-apart-from-data",
          "change-before-own-commit",
          "config-not-rolled-back",
          "joint-as-one",
          "removed-leader-counts-itself",
          "promotion-unchecked",
          "id-reused");

  /** Bugs that the simulator is not known to find in 20,000 seeds, and why. */
  static final Map<String, String> OPEN_HOLES =
      Map.ofEntries(
          Map.entry(
              "leader-not-sticky",
              "who gets the leader's answers also gets its heartbeats, and does not campaign; a "
                  + "leader that hears a quorum no more steps down by itself"),
          Map.entry(
              "timeout-starts-anew",
              "matters where a member that cannot win raises terms; who has won a pre-vote, or "
                  + "was handed leadership, has a log that can"),
          Map.entry(
              "install-counts-old-writes",
              "needs a write under way of entries beyond the snapshot that conflict with it; "
                  + "nothing is appended before that write and the installation are done"),
          Map.entry(
              "cut-past-applied",
              "here the loop always hears of an apply before it hears how far the state is "
                  + "flushed; in production a cut may overtake the report"),
          Map.entry(
              "chain-unchecked",
              "older frames behind a cut rarely fit again where the log ends; a unit "
                  + "test of the log builds the case"),
          Map.entry(
              "lease-without-drift",
              "leaves a few milliseconds; that the length allows for the drift is a unit test"),
          Map.entry(
              "pledge-of-role-only",
              "needs a late refusal that brings a higher term just before the leader is cut off; a "
                  + "step test asks it"),
          Map.entry(
              "ticks-in-a-burst",
              "needs voters that freeze with heartbeats in their mailboxes, and a leader cut off "
                  + "when they go on; TickPacer has a unit test"),
          Map.entry(
              "names-unsynced-at-start",
              "the power has to fail twice, the second time in the start after the first; the log's "
                  + "own crash tests do that at every step"),
          Map.entry(
              "commit-before-entries",
              "needs a torn batch that brings a new term, overwrites entries and "
                  + "commits them at once"),
          Map.entry(
              "recovery-testifies-early",
              "caught by earlier versions (seed 6745), rare: unsynced bytes of a dead "
                  + "process and a power failure in the next start"));

  private Mutants() {}

  static List<Mutant> all() {
    return Stream.of(
            ElectionMutants.all(),
            ReplicationMutants.all(),
            ReadMutants.all(),
            LeaseMutants.all(),
            DurabilityMutants.all(),
            SnapshotMutants.all(),
            MembershipMutants.all(),
            LogMutants.all())
        .flatMap(List::stream)
        .toList();
  }
}
