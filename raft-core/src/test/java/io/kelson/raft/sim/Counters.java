package io.kelson.raft.sim;

import io.kelson.raft.log.Damage;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What happened in one or many runs, to tell a hostile run from an idle one. */
public final class Counters {
  long events;
  long steps;
  long messages;
  long lost;
  long cutOff;
  long duplicated;
  long late;
  long crashes;
  long powerLosses;
  long tornWrites;
  long recoveryCrashes;
  long diskErrors;
  final long[] damages = new long[Damage.Kind.values().length];
  long logsRefused;
  long readsRefused;
  long partitions;
  long pauses;
  long transfers;
  long sieges;
  long rumours;
  long slowSyncs;
  long fetches;
  long roleChanges;
  long proposals;
  long applied;
  long writesChecked;
  long readsChecked;
  long leaseReads;
  long realLogs;
  long installs;
  long halfInstalled;
  long cuts;
  long snapshotsAsked;
  long brokenTransfers;
  long lateSnapshots;
  long changes;
  long wipes;
  long stalls;
  long flaps;
  long rocksStores;
  long millis;
  long slowestHealMillis;

  void add(Counters other) {
    events += other.events;
    steps += other.steps;
    messages += other.messages;
    lost += other.lost;
    cutOff += other.cutOff;
    duplicated += other.duplicated;
    late += other.late;
    crashes += other.crashes;
    powerLosses += other.powerLosses;
    tornWrites += other.tornWrites;
    recoveryCrashes += other.recoveryCrashes;
    diskErrors += other.diskErrors;
    for (int kind = 0; kind < damages.length; kind++) {
      damages[kind] += other.damages[kind];
    }
    logsRefused += other.logsRefused;
    readsRefused += other.readsRefused;
    partitions += other.partitions;
    pauses += other.pauses;
    transfers += other.transfers;
    sieges += other.sieges;
    rumours += other.rumours;
    slowSyncs += other.slowSyncs;
    fetches += other.fetches;
    roleChanges += other.roleChanges;
    proposals += other.proposals;
    applied += other.applied;
    writesChecked += other.writesChecked;
    readsChecked += other.readsChecked;
    leaseReads += other.leaseReads;
    realLogs += other.realLogs;
    installs += other.installs;
    halfInstalled += other.halfInstalled;
    cuts += other.cuts;
    snapshotsAsked += other.snapshotsAsked;
    brokenTransfers += other.brokenTransfers;
    lateSnapshots += other.lateSnapshots;
    changes += other.changes;
    wipes += other.wipes;
    stalls += other.stalls;
    flaps += other.flaps;
    rocksStores += other.rocksStores;
    millis += other.millis;
    slowestHealMillis = Math.max(slowestHealMillis, other.slowestHealMillis);
  }

  /** Harm to durable bytes, by kind. */
  private String damages() {
    return Arrays.stream(Damage.Kind.values())
        .map(kind -> "%,d %s".formatted(damages[kind.ordinal()], kind.plural()))
        .collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return String.format(
        "%.2f simulated hours, %,d steps, %,d messages;%n"
            + "  faults that took effect: %,d messages lost, %,d cut off, %,d repeated, %,d late,"
            + " %,d partitions, %,d pauses, %,d crashes (%,d with power), %,d torn writes,"
            + " %,d crashes of a recovery, %s; %,d logs refused and %,d reads, %,d disk errors, %,d slow syncs, %,d transfers asked for, %,d sieges, %,d rumours;%n"
            + "  %,d snapshots asked for, %,d breaks of their transfer, %,d late or twice, %,d"
            + " installed, %,d found half installed, %,d cuts of the log;%n"
            + "  %,d configurations committed, %,d disks lost, %,d disks stalled, %,d flaps;%n"
            + "  %,d role changes, %,d fetches, %,d runs on the real log, %,d on RocksDB, %,d proposals,"
            + " %,d entries applied;%n"
            + "  operations checked: %,d writes, %,d reads (%,d let go by a lease); slowest healing %,d ms",
        millis / 3_600_000.0,
        steps,
        messages,
        lost,
        cutOff,
        duplicated,
        late,
        partitions,
        pauses,
        crashes,
        powerLosses,
        tornWrites,
        recoveryCrashes,
        damages(),
        logsRefused,
        readsRefused,
        diskErrors,
        slowSyncs,
        transfers,
        sieges,
        rumours,
        snapshotsAsked,
        brokenTransfers,
        lateSnapshots,
        installs,
        halfInstalled,
        cuts,
        changes,
        wipes,
        stalls,
        flaps,
        roleChanges,
        fetches,
        realLogs,
        rocksStores,
        proposals,
        applied,
        writesChecked,
        readsChecked,
        leaseReads,
        slowestHealMillis);
  }
}
