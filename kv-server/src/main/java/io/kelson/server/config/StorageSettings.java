package io.kelson.server.config;

import java.time.Duration;

/**
 * What the store may grow to, and when its history goes.
 *
 * @param quotaBackendBytes largest size of the store, above which writes are refused with {@code
 *     database space exceeded}; 0: no bound but that some of the disk stays free; negative: no
 *     bound at all
 * @param autoCompaction when history is compacted by itself
 * @param retention for {@link AutoCompaction#PERIODIC}: how long history stays; zero: for ever
 * @param retainedRevisions for {@link AutoCompaction#REVISION}: how many revisions stay; 0: all
 */
public record StorageSettings(
    long quotaBackendBytes,
    AutoCompaction autoCompaction,
    Duration retention,
    long retainedRevisions) {
  /** No quota of its own, and history stays until a client compacts it, as in etcd. */
  public static final StorageSettings DEFAULT =
      new StorageSettings(0, AutoCompaction.PERIODIC, Duration.ZERO, 0);

  /** What the age of history is counted in. */
  public enum AutoCompaction {
    PERIODIC,
    REVISION
  }
}
