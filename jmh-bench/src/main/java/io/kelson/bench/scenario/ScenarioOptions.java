package io.kelson.bench.scenario;

import picocli.CommandLine.Option;

/** The command line's words for the sizes of scenarios. */
public final class ScenarioOptions {
  @Option(
      names = "--scenario-keys",
      description = "Keys of the scenarios' ordinary stores (1000000; quick: 100000).")
  private Long keys;

  @Option(
      names = "--many-keys",
      description = "Keys of the large store that is restarted (10000000; quick: 200000).")
  private Long manyKeys;

  @Option(
      names = "--revisions",
      description = "Revisions before a compaction (1000000; quick: 50000).")
  private Long revisions;

  @Option(names = "--restarts", description = "Restarts of the large store (1; quick: 3).")
  private Integer restarts;

  @Option(names = "--kills", description = "Leaders killed (40; quick: 6).")
  private Integer kills;

  @Option(names = "--starts", description = "Starts on an empty directory (10; quick: 3).")
  private Integer starts;

  @Option(
      names = "--scenario-rate",
      description = "Puts a second whose latency is looked at (1000).")
  private Double ratePerSecond;

  @Option(
      names = "--scenario-warmup",
      description = "Seconds of these before any are measured (45; quick: 8).")
  private Integer warmupSeconds;

  @Option(
      names = "--scenario-seconds",
      description = "Seconds these are measured idle, and at least meanwhile (60; quick: 3).")
  private Integer seconds;

  @Option(
      names = "--settle",
      description = "Seconds from the last write to the look at memory (10; quick: 3).")
  private Integer settleSeconds;

  /** What was asked for, else what the goals speak of, else a small part of that. */
  public ScenarioSizes sizes(boolean quick, int valueBytes) {
    return new ScenarioSizes(
        or(keys, quick ? 100_000L : 1_000_000L),
        or(manyKeys, quick ? 200_000L : 10_000_000L),
        valueBytes,
        or(revisions, quick ? 50_000L : 1_000_000L),
        or(restarts, quick ? 3 : 1),
        or(kills, quick ? 6 : 40),
        or(starts, quick ? 3 : 10),
        or(ratePerSecond, 1_000.0),
        or(warmupSeconds, quick ? 8 : 45),
        or(seconds, quick ? 3 : 60),
        or(settleSeconds, quick ? 3 : 10));
  }

  private static <T> T or(T asked, T otherwise) {
    return asked != null ? asked : otherwise;
  }
}
