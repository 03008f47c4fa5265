package io.kelson.chaos.nemesis;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.api.CompactionRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.MoveLeaderRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.nemesis.Witness.View;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** What operators may do at any time, done all the time. Needs nothing but clients' ports. */
final class LoadNemeses {
  private static final int CALL_SECONDS = 5;
  private static final int STREAM_SECONDS = 30;
  static final ByteString NO_KEY = ByteString.copyFromUtf8("\0chaos");

  private final Lasting lasting;
  private final long keptRevisions;

  /**
   * All of them.
   *
   * @param keptRevisions how many of the newest revisions compaction leaves
   */
  LoadNemeses(Lasting lasting, long keptRevisions) {
    this.lasting = lasting;
    this.keptRevisions = keptRevisions;
  }

  List<Nemesis> all() {
    return List.of(
        new Deed("transfers", "the leader hands over, again and again", Set.of(), this::transfers),
        new Deed("compact", "the newest revisions are kept only", Set.of(), this::compact),
        new Deed("snapshots", "snapshots are read from all members", Set.of(), this::snapshots));
  }

  private Strike transfers(ChaosCluster cluster, RandomGenerator random) {
    Witness witness = new Witness(cluster);
    View before = ProcessNemeses.orClose(witness, witness::viewWithLeader);
    SplittableRandom own = new SplittableRandom(random.nextLong());
    AtomicLong done = new AtomicLong();
    AtomicLong tried = new AtomicLong();
    Worker worker =
        Worker.start(
            "transfers",
            goesOn -> {
              while (goesOn.getAsBoolean()) {
                View now = witness.view();
                if (now.leader().isPresent() && cluster.size() > 1) {
                  int leader = now.leader().getAsInt();
                  tried.incrementAndGet();
                  if (moveLeader(witness, leader, Cut.follower(cluster.size(), leader, own))) {
                    done.incrementAndGet();
                  }
                }
                Thread.sleep(50 + own.nextInt(250));
              }
            });
    return new Fault(
        "the leader hands over, again and again",
        lasting.draw(random),
        () -> {
          try (witness) {
            worker.stop();
            View now = witness.view();
            return done.get() > 0 && now.term() > before.term()
                ? Optional.of(
                    "%d of %d transfers were done, term %d -> %d"
                        .formatted(done.get(), tried.get(), before.term(), now.term()))
                : Optional.empty();
          }
        });
  }

  private static boolean moveLeader(Witness witness, int leader, int to) {
    Optional<Long> id = witness.idOf(to);
    if (id.isEmpty()) {
      return false;
    }
    try {
      MaintenanceGrpc.newBlockingStub(witness.channel(leader))
          .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
          .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(id.get()).build());
      View now = witness.view();
      return now.leader().isPresent() && now.leader().getAsInt() != leader;
    } catch (StatusRuntimeException e) {
      // It may lead no more, or have nobody to hand over to just now.
      return false;
    }
  }

  private Strike compact(ChaosCluster cluster, RandomGenerator random) {
    Witness witness = new Witness(cluster);
    SplittableRandom own = new SplittableRandom(random.nextLong());
    AtomicLong done = new AtomicLong();
    AtomicLong newest = new AtomicLong();
    Worker worker =
        Worker.start(
            "compact",
            goesOn -> {
              while (goesOn.getAsBoolean()) {
                compactOnce(witness, own.nextInt(cluster.size()))
                    .ifPresent(
                        revision -> {
                          newest.set(revision);
                          done.incrementAndGet();
                        });
                Thread.sleep(50 + own.nextInt(400));
              }
            });
    return new Fault(
        "all but the newest "
            + keptRevisions
            + " revisions, or half, are compacted, again and again",
        lasting.draw(random),
        () -> {
          try (witness) {
            worker.stop();
            Optional<String> refusal =
                newest.get() > 1 ? refusal(witness, newest.get()) : Optional.empty();
            return refusal.map(
                words ->
                    "compacted %d times, up to revision %d; a read before it: %s"
                        .formatted(done.get(), newest.get(), words));
          }
        });
  }

  /** The revision it compacted to; empty if there was nothing to do or it was not done. */
  private Optional<Long> compactOnce(Witness witness, int member) {
    KVGrpc.KVBlockingStub kv = kv(witness, member);
    try {
      RangeRequest read = RangeRequest.newBuilder().setKey(NO_KEY).setSerializable(true).build();
      long newest = kv.range(read).getHeader().getRevision();
      // Some workloads make only a few hundred in all.
      long revision = newest - Math.min(keptRevisions, newest / 2);
      if (revision <= 1) {
        return Optional.empty();
      }
      kv.compact(CompactionRequest.newBuilder().setRevision(revision).build());
      return Optional.of(revision);
    } catch (StatusRuntimeException e) {
      // Compacted already, or the member is in trouble.
      return Optional.empty();
    }
  }

  /** How members turn down a read just before a compacted revision, the first that answers. */
  private static Optional<String> refusal(Witness witness, long compacted) {
    for (int member = 0; member < witness.size(); member++) {
      try {
        kv(witness, member)
            .range(RangeRequest.newBuilder().setKey(NO_KEY).setRevision(compacted - 1).build());
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE) {
          return Optional.of(String.valueOf(e.getStatus().getDescription()));
        }
      }
    }
    return Optional.empty();
  }

  private Strike snapshots(ChaosCluster cluster, RandomGenerator random) {
    Witness witness = new Witness(cluster);
    int first = random.nextInt(cluster.size());
    AtomicLong done = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    Worker worker =
        Worker.start(
            "snapshots",
            goesOn -> {
              for (int i = 0; goesOn.getAsBoolean(); i++) {
                long read = snapshot(witness, (first + i) % cluster.size(), goesOn);
                if (read > 0) {
                  done.incrementAndGet();
                  bytes.addAndGet(read);
                }
                Thread.sleep(50);
              }
            });
    return new Fault(
        "snapshots are read from one member after the other",
        lasting.draw(random),
        () -> {
          try (witness) {
            worker.stop();
            return done.get() == 0
                ? Optional.empty()
                : Optional.of(
                    "%d snapshots were read to their end, %d bytes"
                        .formatted(done.get(), bytes.get()));
          }
        });
  }

  /** The bytes of a snapshot, 0 if its end was not reached. */
  static long snapshot(Witness witness, int member, BooleanSupplier goesOn) {
    long bytes = 0;
    try {
      Iterator<SnapshotResponse> parts =
          MaintenanceGrpc.newBlockingStub(witness.channel(member))
              .withDeadlineAfter(STREAM_SECONDS, TimeUnit.SECONDS)
              .snapshot(SnapshotRequest.getDefaultInstance());
      while (parts.hasNext()) {
        bytes += parts.next().getBlob().size();
        if (!goesOn.getAsBoolean()) {
          return 0;
        }
      }
      return bytes;
    } catch (StatusRuntimeException e) {
      return 0;
    }
  }

  private static KVGrpc.KVBlockingStub kv(Witness witness, int member) {
    return KVGrpc.newBlockingStub(witness.channel(member))
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }
}
