package io.kelson.bench.scenario;

import java.time.Duration;

/**
 * How large the scenarios are.
 *
 * @param keys of a store of ordinary size
 * @param manyKeys of a large one
 * @param valueBytes of each value
 * @param revisions that are written before a compaction
 * @param restarts of all servers of the large store
 * @param kills of leaders
 * @param starts of a server on an empty directory
 * @param ratePerSecond of the puts whose latency is looked at
 * @param warmupSeconds how long these are sent before they are looked at
 * @param phaseSeconds how long these are measured when nothing else goes on, and at least while
 *     something does
 * @param settleSeconds how long after the last write memory is looked at
 */
public record ScenarioSizes(
    long keys,
    long manyKeys,
    int valueBytes,
    long revisions,
    int restarts,
    int kills,
    int starts,
    double ratePerSecond,
    int warmupSeconds,
    int phaseSeconds,
    int settleSeconds) {
  /** Checks that each can be run. */
  public ScenarioSizes {
    require(keys > 0 && manyKeys > 0, "scenarios need a key at least");
    require(keys != manyKeys, "the large store needs another number of keys than the others");
    require(settleSeconds >= 0, "settle for some seconds or none, not " + settleSeconds);
    require(revisions > COMPACTION_KEEPS, "compact more than " + COMPACTION_KEEPS + " revisions");
    require(warmupSeconds >= 0, "warm up for some seconds or none, not " + warmupSeconds);
    require(
        kills > 0 && starts > 0 && restarts > 0, "kill, start and restart something at least once");
    require(ratePerSecond > 0 && phaseSeconds > 0, "puts need a rate and some time");
  }

  /** How many of the newest revisions a compaction leaves alone. */
  static final long COMPACTION_KEEPS = 1_000;

  Duration warmup() {
    return Duration.ofSeconds(warmupSeconds);
  }

  Duration phase() {
    return Duration.ofSeconds(phaseSeconds);
  }

  Duration settle() {
    return Duration.ofSeconds(settleSeconds);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
