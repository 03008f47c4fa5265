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
          "candidate-log-by-length",
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
          "vote-dropped-with-entries");

  /** Bugs that the simulator does not find, and why. */
  static final Map<String, String> OPEN_HOLES = Map.of();

  private Mutants() {}

  static List<Mutant> all() {
    return Stream.of(
            ElectionMutants.all(),
            ReplicationMutants.all(),
            ReadMutants.all(),
            DurabilityMutants.all(),
            LogMutants.all())
        .flatMap(List::stream)
        .toList();
  }
}
