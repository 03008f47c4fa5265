package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.DiskFaults;
import io.kelson.chaos.cluster.SyncFaults;
import io.kelson.chaos.nemesis.Witness.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Disks that lose what was not synced, are full, hang or fail. */
final class DiskNemeses {
  private static final int SHORTEST_FREEZE_MILLIS = 100;
  private static final int LONGEST_FREEZE_MILLIS = 2_000;

  private final Lasting lasting;

  DiskNemeses(Lasting lasting) {
    this.lasting = lasting;
  }

  List<Nemesis> all() {
    Set<Ability> power = Set.of(Ability.POWER, Ability.KILL);
    return List.of(
        new Deed(
            "power-loss",
            "a member's machine loses its power: what was not synced is gone",
            power,
            (cluster, random) -> powerLoss(cluster, random, false)),
        new Deed(
            "power-loss-all",
            "all members' machines lose their power at the same time",
            power,
            (cluster, random) -> powerLoss(cluster, random, true)),
        new Deed("full-disk", "a member's disk has no room", Set.of(Ability.FULL_DISK), this::full),
        new Deed(
            "slow-fsync",
            "writes to a member's disk wait for up to two seconds, again and again",
            // Done by freezing the file system, so it takes a disk of its own, not libfiu.
            Set.of(Ability.FULL_DISK),
            this::slowSync),
        new Deed(
            "eio-fsync", "a member's syncs fail", Set.of(Ability.SYNC_FAULTS), this::failingSync));
  }

  private Strike powerLoss(ChaosCluster cluster, RandomGenerator random, boolean all) {
    DiskFaults disks = disks(cluster);
    Witness witness = new Witness(cluster);
    View before = witness.view();
    witness.close();
    List<Integer> members =
        all
            ? IntStream.range(0, cluster.size()).boxed().toList()
            : List.of(random.nextInt(cluster.size()));
    ProcessNemeses.requireRunning(cluster, members, null);
    disks.cutPower(members);
    return new Fault(
        all
            ? "all members lose power"
            : ProcessNemeses.called(members.get(0), before) + " loses power",
        lasting.draw(random),
        () -> {
          List<String> kept = new ArrayList<>();
          boolean lost = true;
          for (int member : members) {
            long left = disks.restorePower(member);
            lost &= left < disks.witnessBytes();
            kept.add(
                left < 0
                    ? "member " + member + " lost the unsynced file"
                    : "member %d has %d of %d unsynced bytes"
                        .formatted(member, left, disks.witnessBytes()));
          }
          members.forEach(cluster::start);
          return lost ? Optional.of(String.join(", ", kept)) : Optional.empty();
        });
  }

  private Strike full(ChaosCluster cluster, RandomGenerator random) {
    DiskFaults disks = disks(cluster);
    int member = random.nextInt(cluster.size());
    ProcessNemeses.requireRunning(cluster, List.of(member), null);
    Witness witness = new Witness(cluster);
    View before = witness.view();
    LogTail log = LogTail.of(cluster.log(member));
    long ballast = disks.fill(member);
    return new Fault(
        "the disk of " + ProcessNemeses.called(member, before) + " is full",
        lasting.overAnElection(cluster, random),
        () -> {
          try (witness) {
            List<String> errors =
                witness.status(member).map(s -> List.copyOf(s.getErrorsList())).orElse(List.of());
            boolean ended = !cluster.isRunning(member);
            Optional<String> moved = before.movedTo(witness.view());
            disks.free(member);
            if (ended) {
              cluster.start(member);
            }
            String said = ended ? "it ended" : said(errors, log);
            String proof =
                "%d bytes of ballast met ENOSPC on the disk of member %d: %s"
                    .formatted(ballast, member, said);
            return Optional.of(ProcessNemeses.join(proof, moved));
          }
        });
  }

  /** A member that has room in the files it holds open may not notice for long. */
  private static String said(List<String> errors, LogTail log) {
    String logged = log.words("space left", "disk full");
    String said = errors.isEmpty() ? logged : errors.get(0);
    return said.isEmpty() ? "it has not noticed yet" : "it says: " + said;
  }

  private Strike slowSync(ChaosCluster cluster, RandomGenerator random) {
    DiskFaults disks = disks(cluster);
    int member = random.nextInt(cluster.size());
    SplittableRandom own = new SplittableRandom(random.nextLong());
    Path probe = cluster.dataDir(member).resolveSibling("sync-probe");
    AtomicLong longest = new AtomicLong();
    AtomicLong count = new AtomicLong();
    Worker worker =
        Worker.start(
            "slow-fsync",
            goesOn -> {
              while (goesOn.getAsBoolean()) {
                disks.freeze(member);
                CompletableFuture<Long> sync =
                    CompletableFuture.supplyAsync(() -> syncMillis(probe));
                try {
                  Thread.sleep(own.nextInt(SHORTEST_FREEZE_MILLIS, LONGEST_FREEZE_MILLIS));
                } finally {
                  disks.thaw(member);
                }
                longest.accumulateAndGet(sync.join(), Math::max);
                count.incrementAndGet();
                Thread.sleep(own.nextInt(10, 200));
              }
            });
    return new Fault(
        "writes to the disk of member " + member + " wait for up to two seconds",
        lasting.overAnElection(cluster, random),
        () -> {
          worker.stop();
          return longest.get() < SHORTEST_FREEZE_MILLIS / 2
              ? Optional.empty()
              : Optional.of(
                  "the disk of member %d stood still %d times, a sync of ours took up to %d ms"
                      .formatted(member, count.get(), longest.get()));
        });
  }

  private Strike failingSync(ChaosCluster cluster, RandomGenerator random) {
    if (!(cluster instanceof SyncFaults syncs)) {
      throw new UnsupportedOperationException("syncs cannot be made to fail here");
    }
    int member = random.nextInt(cluster.size());
    ProcessNemeses.requireRunning(cluster, List.of(member), null);
    double chance = 0.05 + 0.95 * random.nextDouble();
    LogTail log = LogTail.of(cluster.log(member));
    syncs.failSyncs(member, chance);
    return new Fault(
        "%.0f %% of the syncs of member %d fail".formatted(100 * chance, member),
        lasting.overAnElection(cluster, random),
        () -> {
          boolean ended = !cluster.isRunning(member);
          if (ended) {
            cluster.start(member);
          } else {
            syncs.failSyncs(member, 0);
          }
          String said = log.words("Input/output error", "EIO");
          return said.isEmpty()
              ? Optional.empty()
              : Optional.of("member " + member + (ended ? " ended: " : " goes on: ") + said);
        });
  }

  private static long syncMillis(Path file) {
    long start = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), 0);
      channel.force(true);
    } catch (IOException e) {
      return 0;
    }
    return ProcessNemeses.millisSince(start);
  }

  private static DiskFaults disks(ChaosCluster cluster) {
    if (cluster instanceof DiskFaults disks) {
      return disks;
    }
    throw new UnsupportedOperationException("members have no disks of their own here");
  }
}
