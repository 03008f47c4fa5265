package io.kelson.raft.sim;

/** What happened in one or many runs, to tell a hostile run from an idle one. */
public final class Counters {
  long events;
  long steps;
  long messages;
  long lost;
  long duplicated;
  long crashes;
  long partitions;
  long pauses;
  long transfers;
  long slowSyncs;
  long fetches;
  long roleChanges;
  long proposals;
  long commandsApplied;
  long applied;
  long reads;
  long millis;

  void add(Counters other) {
    events += other.events;
    steps += other.steps;
    messages += other.messages;
    lost += other.lost;
    duplicated += other.duplicated;
    crashes += other.crashes;
    partitions += other.partitions;
    pauses += other.pauses;
    transfers += other.transfers;
    slowSyncs += other.slowSyncs;
    fetches += other.fetches;
    roleChanges += other.roleChanges;
    proposals += other.proposals;
    commandsApplied += other.commandsApplied;
    applied += other.applied;
    reads += other.reads;
    millis += other.millis;
  }

  @Override
  public String toString() {
    return String.format(
        "%.1f simulated hours, %,d steps, %,d messages (%,d lost, %,d repeated), %,d crashes, %,d partitions,"
            + " %,d pauses, %,d transfers, %,d slow syncs, %,d fetches, %,d role changes; %,d proposals, %,d entries"
            + " applied, %,d reads confirmed",
        millis / 3_600_000.0,
        steps,
        messages,
        lost,
        duplicated,
        crashes,
        partitions,
        pauses,
        transfers,
        slowSyncs,
        fetches,
        roleChanges,
        proposals,
        applied,
        reads);
  }
}
