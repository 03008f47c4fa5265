package io.kelson.server.maintenance;

import io.kelson.server.config.StorageSettings;
import io.kelson.server.config.StorageSettings.AutoCompaction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Says when history is old enough to go, with etcd's two measures.
 *
 * <p>By age: the revision is noted ten times a period (ten times an hour for longer periods), and
 * what was noted a period ago may go, once a period but at least once an hour. By revisions: every
 * five minutes all but the newest so many. Every member keeps count, so that a new leader goes on
 * where the former was; only a leader compacts. A function of the time it is told; not thread-safe.
 */
public final class AutoCompactor {
  private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long REVISION_MODE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final int SAMPLES_PER_INTERVAL = 10;

  private final boolean byAge;
  private final long periodNanos;
  private final long retained;
  private final long sampleNanos;

  /** Revisions as noted, oldest first. */
  private final Deque<Long> noted = new ArrayDeque<>();

  private final int kept;
  private boolean begun;
  private long nextSampleNanos;
  private long nextCompactionNanos;
  private long last;

  public AutoCompactor(StorageSettings settings) {
    this.byAge = settings.autoCompaction() == AutoCompaction.PERIODIC;
    this.periodNanos = settings.retention().toNanos();
    this.retained = settings.retainedRevisions();
    long intervalNanos = byAge ? Math.min(periodNanos, HOUR_NANOS) : REVISION_MODE_NANOS;
    this.sampleNanos = byAge ? Math.max(1, intervalNanos / SAMPLES_PER_INTERVAL) : intervalNanos;
    this.kept = byAge ? (int) (periodNanos / sampleNanos) + 1 : 1;
  }

  /** Whether history goes by itself at all. */
  public boolean isOn() {
    return byAge ? periodNanos > 0 : retained > 0;
  }

  /**
   * Time has passed.
   *
   * @param nowNanos by a clock that never goes back
   * @param leads whether this member may compact
   * @param revision the newest
   * @return the revision to compact to, if it is time; then {@link #compacted} is expected
   */
  public OptionalLong due(long nowNanos, boolean leads, long revision) {
    if (!isOn()) {
      return OptionalLong.empty();
    }
    if (!begun) {
      begun = true;
      nextSampleNanos = nowNanos;
      nextCompactionNanos = nowNanos + (byAge ? periodNanos : REVISION_MODE_NANOS);
    }
    if (nowNanos - nextSampleNanos >= 0) {
      nextSampleNanos = nowNanos + sampleNanos;
      noted.addLast(revision);
      if (noted.size() > kept) {
        noted.removeFirst();
      }
    }
    if (!leads || nowNanos - nextCompactionNanos < 0) {
      return OptionalLong.empty();
    }
    long target = byAge ? noted.getFirst() : revision - retained;
    return target > 0 && target != last ? OptionalLong.of(target) : OptionalLong.empty();
  }

  /** That has been done, or had been before. */
  public void compacted(long nowNanos, long revision) {
    last = revision;
    nextCompactionNanos =
        nowNanos + (byAge ? Math.min(periodNanos, HOUR_NANOS) : REVISION_MODE_NANOS);
  }
}
