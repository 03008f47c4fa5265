package io.kelson.raft.sim;

import io.kelson.raft.core.CoreConfig;
import io.kelson.raft.membership.Configuration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * How hostile one run is. Every value is drawn from the seed, most of them often zero, so that runs
 * differ in kind and not only in detail (swarm testing).
 *
 * @param voters members with a vote; they have the ids from 1 on
 * @param learners members without one, with the ids after that
 * @param safetyMillis virtual time with faults, before healing
 * @param lossPercent messages lost
 * @param duplicatePercent messages delivered twice
 * @param latePercent messages that arrive up to a second and a half late
 * @param maxDelayMillis network delay is drawn from [1, this]; reordering follows from it
 * @param maxSyncMillis a sync of the disk takes [0, this]
 * @param slowSyncPercent syncs that take a hundred times longer
 * @param maxApplyMillis the state machine takes [0, this] for one portion
 * @param crashesPerSecond members killed per virtual second
 * @param partitionsPerSecond changes of the network's shape per virtual second
 * @param pausesPerSecond members frozen per virtual second
 * @param transfersPerSecond leadership transfers per virtual second
 * @param diskErrorsPerSecond operations of a real log's disk that fail per virtual second
 * @param damagesPerSecond real logs harmed per virtual second, of a minority of the voters
 * @param proposalsPerSecond commands per virtual second
 * @param readsPerSecond linearizable reads per virtual second
 * @param maxPayloadBytes the largest command
 * @param electionTicks see {@link CoreConfig}
 * @param maxAppendBytes see {@link CoreConfig}
 * @param maxInflightMessages see {@link CoreConfig}
 * @param entryCacheBytes see {@link CoreConfig}; small values make followers need fetches
 * @param maxUncommittedBytes see {@link CoreConfig}
 * @param maxApplyBytes see {@link CoreConfig}
 * @param realLog whether members run on the production log instead of its model
 * @param machine what keeps the members' state
 * @param snapshots when the log is cut, and how snapshots travel
 * @param churn how members come and go
 * @param flapsPerSecond members that begin to come and go every few ticks, per virtual second
 * @param stallsPerSecond disks that finish no sync for ten seconds, per virtual second
 * @param readLease whether leaders answer from leases
 * @param siegesPerSecond attacks on leases ({@link Siege}) per virtual second
 * @param clockDriftPercent by how much clocks and ticks of members may differ; leases allow for it
 * @param rumoursPerSecond members that are told of another that it is gone, mostly falsely, per
 *     virtual second
 */
record SimOptions(
    int voters,
    int learners,
    int safetyMillis,
    int lossPercent,
    int duplicatePercent,
    int latePercent,
    int maxDelayMillis,
    int maxSyncMillis,
    int slowSyncPercent,
    int maxApplyMillis,
    int crashesPerSecond,
    int partitionsPerSecond,
    int pausesPerSecond,
    int transfersPerSecond,
    int diskErrorsPerSecond,
    int damagesPerSecond,
    int proposalsPerSecond,
    int readsPerSecond,
    int maxPayloadBytes,
    int electionTicks,
    int maxAppendBytes,
    int maxInflightMessages,
    int entryCacheBytes,
    int maxUncommittedBytes,
    int maxApplyBytes,
    boolean realLog,
    Machine machine,
    Snapshots snapshots,
    Churn churn,
    int flapsPerSecond,
    int stallsPerSecond,
    boolean readLease,
    int siegesPerSecond,
    int clockDriftPercent,
    int rumoursPerSecond) {

  /** The kinds of state machine. */
  enum Machine {
    MEMORY,
    ROCKSDB;

    SimMachine create(long seed) {
      return switch (this) {
        case MEMORY -> new MemoryMachine();
        case ROCKSDB -> new RocksMachine(seed);
      };
    }
  }

  /**
   * When the log is cut, and how snapshots travel.
   *
   * @param everyEntries the log is cut once so many more than {@code keepEntries} are applied; 0
   *     for never
   * @param keepEntries how many applied entries stay for followers that lag a little
   * @param ticksBetweenCuts how often the member looks
   * @param ticksBetweenFlushes how often it may make its state durable for that
   * @param maxChunks a snapshot travels in [1, this + 1] pieces
   * @param maxChunkMillis each takes [1, this + 1]
   * @param breakPercent pieces at which the connection breaks
   * @param latePercent snapshots that come twice, or late and without their sender's knowledge
   */
  record Snapshots(
      int everyEntries,
      int keepEntries,
      int ticksBetweenCuts,
      int ticksBetweenFlushes,
      int maxChunks,
      int maxChunkMillis,
      int breakPercent,
      int latePercent) {
    static Snapshots draw(SplittableRandom random) {
      int between = pick(random, 1, 3, 10);
      return new Snapshots(
          pick(random, 0, 1, 4, 4, 10, 40),
          pick(random, 0, 0, 3, 20),
          between,
          between * pick(random, 1, 1, 3, 10),
          pick(random, 0, 2, 10),
          pick(random, 0, 5, 30),
          pick(random, 0, 0, 5, 30),
          pick(random, 0, 0, 10, 50));
    }

    Snapshots without(Set<String> kinds) {
      return new Snapshots(
          kinds.contains("snapshots") ? 0 : everyEntries,
          keepEntries,
          ticksBetweenCuts,
          ticksBetweenFlushes,
          kinds.contains("transfertime") ? 0 : maxChunks,
          kinds.contains("transfertime") ? 0 : maxChunkMillis,
          kinds.contains("transferbreaks") ? 0 : breakPercent,
          kinds.contains("latesnapshots") ? 0 : latePercent);
    }
  }

  /**
   * How members come and go.
   *
   * @param changesPerSecond changes of the configuration asked for per virtual second
   * @param wipesPerSecond disks lost with all that is on them per virtual second
   */
  record Churn(int changesPerSecond, int wipesPerSecond) {
    static Churn draw(SplittableRandom random) {
      int changes = pick(random, 0, 0, 1, 3, 10);
      return new Churn(changes, changes == 0 ? 0 : pick(random, 0, 0, 1, 2));
    }

    Churn without(Set<String> kinds) {
      return new Churn(
          kinds.contains("changes") ? 0 : changesPerSecond,
          kinds.contains("wipes") ? 0 : wipesPerSecond);
    }
  }

  static final int TICK_MILLIS = 10;

  /** The kinds of fault that {@link #without} knows. */
  static final List<String> KINDS =
      List.of(
          "loss",
          "duplicates",
          "late",
          "delay",
          "slowsync",
          "sync",
          "crashes",
          "partitions",
          "pauses",
          "transfers",
          "diskerrors",
          "damage",
          "reallog",
          "reads",
          "learners",
          "snapshots",
          "transfertime",
          "transferbreaks",
          "latesnapshots",
          "changes",
          "wipes",
          "flaps",
          "stalls",
          "rocksdb",
          "leases",
          "sieges",
          "drift",
          "rumours");

  static SimOptions draw(SplittableRandom random) {
    boolean readLease = random.nextInt(3) == 0;
    boolean besieged = readLease && random.nextInt(3) > 0;
    return new SimOptions(
        besieged ? pick(random, 3, 3, 4, 5) : pick(random, 1, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 7),
        pick(random, 0, 0, 0, 1, 2, 2),
        pick(random, 1_000, 2_000, 4_000),
        besieged ? 0 : pick(random, 0, 0, 1, 5, 20),
        pick(random, 0, 0, 5, 30),
        pick(random, 0, 0, 1, 5),
        besieged ? pick(random, 1, 3, 10) : pick(random, 1, 3, 10, 60),
        besieged ? pick(random, 0, 1, 5) : pick(random, 0, 1, 5, 30),
        besieged ? 0 : pick(random, 0, 0, 2, 20),
        pick(random, 0, 1, 1, 30),
        pick(random, 0, 1, 3, 8),
        pick(random, 0, 0, 2, 5),
        pick(random, 0, 0, 1, 3),
        pick(random, 0, 0, 1, 4),
        pick(random, 0, 1, 3),
        besieged ? 0 : pick(random, 0, 1, 4),
        // Rare writes: a rival that has missed one cannot be elected.
        besieged ? pick(random, 1, 2, 10) : pick(random, 10, 50, 100),
        pick(random, 0, 20, 100),
        pick(random, 32, 64, 400, 2_000),
        pick(random, 10, 10, 10, 3),
        pick(random, 1, 200, 2_000, 1 << 20),
        pick(random, 1, 2, 8, 64),
        pick(random, 0, 200, 2_000, 1 << 20),
        pick(random, 400, 10_000, 1 << 20),
        pick(random, 100, 4096),
        random.nextInt(8) == 0,
        random.nextInt(64) == 0 ? Machine.ROCKSDB : Machine.MEMORY,
        Snapshots.draw(random),
        besieged ? new Churn(0, 0) : Churn.draw(random),
        besieged ? 0 : pick(random, 0, 0, 0, 0, 1),
        besieged ? 0 : pick(random, 0, 0, 0, 0, 0, 0, 1),
        readLease,
        besieged ? pick(random, 1, 2, 4) : 0,
        pick(random, 0, 10, 20, 30),
        pick(random, 0, 1, 5, 20));
  }

  int nodes() {
    return voters + learners;
  }

  /** The same run without some kinds of fault, and cut short; other dice may fall otherwise. */
  SimOptions without(Set<String> kinds, int atMostMillis) {
    return new SimOptions(
        voters,
        kinds.contains("learners") ? 0 : learners,
        Math.min(safetyMillis, atMostMillis),
        kinds.contains("loss") ? 0 : lossPercent,
        kinds.contains("duplicates") ? 0 : duplicatePercent,
        kinds.contains("late") ? 0 : latePercent,
        kinds.contains("delay") ? 1 : maxDelayMillis,
        kinds.contains("sync") ? 0 : maxSyncMillis,
        kinds.contains("slowsync") ? 0 : slowSyncPercent,
        maxApplyMillis,
        kinds.contains("crashes") ? 0 : crashesPerSecond,
        kinds.contains("partitions") ? 0 : partitionsPerSecond,
        kinds.contains("pauses") ? 0 : pausesPerSecond,
        kinds.contains("transfers") ? 0 : transfersPerSecond,
        kinds.contains("diskerrors") ? 0 : diskErrorsPerSecond,
        kinds.contains("damage") ? 0 : damagesPerSecond,
        proposalsPerSecond,
        kinds.contains("reads") ? 0 : readsPerSecond,
        maxPayloadBytes,
        electionTicks,
        maxAppendBytes,
        maxInflightMessages,
        entryCacheBytes,
        maxUncommittedBytes,
        maxApplyBytes,
        realLog && !kinds.contains("reallog"),
        kinds.contains("rocksdb") ? Machine.MEMORY : machine,
        snapshots.without(kinds),
        churn.without(kinds),
        kinds.contains("flaps") ? 0 : flapsPerSecond,
        kinds.contains("stalls") ? 0 : stallsPerSecond,
        readLease && !kinds.contains("leases"),
        kinds.contains("sieges") ? 0 : siegesPerSecond,
        kinds.contains("drift") ? 0 : clockDriftPercent,
        kinds.contains("rumours") ? 0 : rumoursPerSecond);
  }

  /** The members that the cluster begins with. */
  Configuration founders() {
    List<Long> voting = LongStream.rangeClosed(1, voters).boxed().toList();
    List<Long> listening = LongStream.rangeClosed(voters + 1, nodes()).boxed().toList();
    return new Configuration(voting, List.of(), listening);
  }

  CoreConfig coreConfig(long self, Configuration initial) {
    long promisedNanos = (electionTicks - 1L) * TICK_MILLIS * 1_000_000;
    return new CoreConfig(
            self,
            initial,
            electionTicks,
            1,
            maxAppendBytes,
            maxInflightMessages,
            1 << 20,
            maxUncommittedBytes,
            entryCacheBytes,
            maxApplyBytes)
        .withReadLease(readLease ? promisedNanos / 100 * (100 - clockDriftPercent) : 0);
  }

  /** Real time that a member takes for what lasts a tick interval by its clock; the fast ones. */
  int drawTickMillis(SplittableRandom random) {
    return TICK_MILLIS - random.nextInt(TICK_MILLIS * clockDriftPercent / 100 + 1);
  }

  private static int pick(SplittableRandom random, int... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
