package io.kelson.raft.sim;

import io.kelson.raft.core.CoreConfig;
import io.kelson.raft.membership.Configuration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * How hostile one run is. Every value is drawn from the seed, most of them often zero, so that runs
 * differ in kind and not only in detail (swarm testing).
 *
 * @param nodes members
 * @param safetyMillis virtual time with faults, before healing
 * @param lossPercent messages lost
 * @param duplicatePercent messages delivered twice
 * @param maxDelayMillis network delay is drawn from [1, this]; reordering follows from it
 * @param maxSyncMillis a sync of the disk takes [0, this]
 * @param slowSyncPercent syncs that take a hundred times longer
 * @param crashesPerSecond members killed per virtual second
 * @param partitionsPerSecond changes of the network's shape per virtual second
 * @param pausesPerSecond members frozen per virtual second
 * @param transfersPerSecond leadership transfers per virtual second
 * @param proposalsPerSecond commands per virtual second
 * @param readsPerSecond linearizable reads per virtual second
 * @param maxPayloadBytes commands carry [8, this] bytes
 * @param maxAppendBytes see {@link CoreConfig}
 * @param maxInflightMessages see {@link CoreConfig}
 * @param entryCacheBytes see {@link CoreConfig}; small values make followers need fetches
 * @param maxUncommittedBytes see {@link CoreConfig}
 */
record SimOptions(
    int nodes,
    int safetyMillis,
    int lossPercent,
    int duplicatePercent,
    int maxDelayMillis,
    int maxSyncMillis,
    int slowSyncPercent,
    int crashesPerSecond,
    int partitionsPerSecond,
    int pausesPerSecond,
    int transfersPerSecond,
    int proposalsPerSecond,
    int readsPerSecond,
    int maxPayloadBytes,
    int maxAppendBytes,
    int maxInflightMessages,
    int entryCacheBytes,
    int maxUncommittedBytes) {

  static final int TICK_MILLIS = 10;

  static SimOptions draw(SplittableRandom random) {
    return new SimOptions(
        pick(random, 1, 2, 3, 3, 3, 3, 4, 5, 5, 7),
        pick(random, 1_500, 3_000, 6_000),
        pick(random, 0, 0, 1, 5, 20),
        pick(random, 0, 0, 5, 30),
        pick(random, 1, 3, 10, 60),
        pick(random, 0, 1, 5, 30),
        pick(random, 0, 0, 2),
        pick(random, 0, 1, 3, 8),
        pick(random, 0, 0, 2, 5),
        pick(random, 0, 0, 1, 3),
        pick(random, 0, 0, 1, 4),
        pick(random, 10, 50, 200),
        pick(random, 0, 20, 100),
        pick(random, 8, 40, 400),
        pick(random, 1, 200, 2_000, 1 << 20),
        pick(random, 1, 2, 8, 64),
        pick(random, 0, 200, 2_000, 1 << 20),
        pick(random, 400, 10_000, 1 << 20));
  }

  CoreConfig coreConfig(long self) {
    List<Long> voters = LongStream.rangeClosed(1, nodes).boxed().toList();
    return new CoreConfig(
        self,
        Configuration.of(voters),
        10,
        1,
        maxAppendBytes,
        maxInflightMessages,
        1 << 20,
        maxUncommittedBytes,
        entryCacheBytes,
        4096);
  }

  private static int pick(SplittableRandom random, int... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
