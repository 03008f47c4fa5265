package io.kelson.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What one event loop counted in one phase, or several loops together. One thread at a time. */
final class Tally {
  private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

  /** The grain of a phase's course over time. */
  static final long BUCKET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A day; what comes later is not drawn. */
  private static final int MAX_BUCKETS = 24 * 60 * 60 * 10;

  private static final int MAX_ERROR_TEXTS = 20;
  private static final long ON_TIME_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
  private final Map<String, Long> errors = new HashMap<>();
  private final Map<String, Long> notes = new HashMap<>();
  private final long startNanos;

  /** Null if only counts are kept by time: it is one more thing to record per operation. */
  private final Slices slices;

  private long[] perBucket = new long[64];
  private long sentLate;
  private long lastEndNanos = Long.MIN_VALUE;

  /**
   * Nothing yet.
   *
   * @param startNanos when the phase began, the zero of its course over time
   */
  Tally(long startNanos) {
    this(startNanos, null);
  }

  private Tally(long startNanos, Slices slices) {
    this.startNanos = startNanos;
    this.slices = slices;
  }

  /** Nothing yet, and latencies will be kept by {@link Slices} as well. */
  static Tally sliced(long startNanos) {
    return new Tally(startNanos, new Slices(BUCKET_NANOS, LONGEST_NANOS));
  }

  void succeeded(long startedNanos, long endNanos) {
    long latencyNanos = Math.min(Math.max(endNanos - startedNanos, 0), LONGEST_NANOS);
    long atNanos = Math.max(0, endNanos - startNanos);
    latencies.recordValue(latencyNanos);
    lastEndNanos = Math.max(lastEndNanos, endNanos);
    if (slices != null) {
      slices.record(atNanos, latencyNanos);
    }
    int bucket = (int) (atNanos / BUCKET_NANOS);
    if (bucket < MAX_BUCKETS) {
      if (bucket >= perBucket.length) {
        perBucket = Arrays.copyOf(perBucket, Math.max(bucket + 1, 2 * perBucket.length));
      }
      perBucket[bucket]++;
    }
  }

  /** So many errors of which nobody knows when they came about; none if zero. */
  void failures(String text, long count) {
    if (count > 0) {
      errors.merge(text, count, Long::sum);
    }
  }

  /** So much of something was counted beside the operations. */
  void noted(String text, long count) {
    notes.merge(text, count, Long::sum);
  }

  /** An operation was answered in a way that is counted apart. */
  void noted(String text) {
    notes.merge(text, 1L, Long::sum);
  }

  void failed(String text, long endNanos) {
    String counted = errors.size() < MAX_ERROR_TEXTS || errors.containsKey(text) ? text : "other";
    errors.merge(counted, 1L, Long::sum);
    lastEndNanos = Math.max(lastEndNanos, endNanos);
  }

  /** An open loop's operation left this much after its scheduled time. */
  void sent(long behindNanos) {
    if (behindNanos > ON_TIME_NANOS) {
      sentLate++;
    }
  }

  /** Adds another's counts; of one that keeps latencies by slices, only such ones may be added. */
  void add(Tally other) {
    latencies.add(other.latencies);
    if (slices != null) {
      slices.add(other.slices);
    }
    other.errors.forEach((text, count) -> errors.merge(text, count, Long::sum));
    other.notes.forEach((text, count) -> notes.merge(text, count, Long::sum));
    perBucket = Arrays.copyOf(perBucket, Math.max(perBucket.length, other.perBucket.length));
    for (int i = 0; i < other.perBucket.length; i++) {
      perBucket[i] += other.perBucket[i];
    }
    sentLate += other.sentLate;
    lastEndNanos = Math.max(lastEndNanos, other.lastEndNanos);
  }

  Histogram latencies() {
    return latencies;
  }

  Map<String, Long> errors() {
    return errors;
  }

  /** What was counted apart, by text. */
  Map<String, Long> notes() {
    return notes;
  }

  /** How many operations succeeded in each {@link #BUCKET_NANOS} since the start; zeros follow. */
  long[] perBucket() {
    return perBucket.clone();
  }

  /**
   * The phase in slices of equal length, apart from the last, which ends with the last operation;
   * none if none succeeded.
   *
   * @param course of the servers' CPU time meanwhile; may be unknown
   */
  List<Slice> slices(CpuCourse course) {
    int buckets = perBucket.length;
    while (buckets > 0 && perBucket[buckets - 1] == 0) {
      buckets--;
    }
    long lengthNanos = slices != null ? slices.lengthNanos() : BUCKET_NANOS;
    while (buckets * BUCKET_NANOS > Slices.MOST * lengthNanos) {
      lengthNanos *= 2;
    }
    int together = (int) (lengthNanos / BUCKET_NANOS);
    List<Slice> all = new ArrayList<>();
    for (int from = 0; from < buckets; from += together) {
      long fromNanos = startNanos + from * BUCKET_NANOS;
      long toNanos = Math.min(fromNanos + lengthNanos, lastEndNanos);
      long operations = 0;
      for (int i = from; i < Math.min(from + together, buckets); i++) {
        operations += perBucket[i];
      }
      all.add(
          new Slice(
              (toNanos - fromNanos) / 1e9,
              operations,
              slices == null ? null : slices.medianNanos(from / together) / 1e3,
              course.known() ? course.microsBetween(fromNanos, toNanos) : null));
    }
    return all;
  }

  /**
   * Draws a percentile of all latencies again, in nanoseconds.
   *
   * @throws IllegalStateException if latencies were not kept by slices, or nothing succeeded
   */
  Draw percentile(double percent) {
    if (slices == null || latencies.getTotalCount() == 0) {
      throw new IllegalStateException("no slices of latencies to draw from");
    }
    return slices.percentile(percent);
  }

  long startNanos() {
    return startNanos;
  }

  long sentLate() {
    return sentLate;
  }

  /** The end of the last operation, {@link Long#MIN_VALUE} if there was none. */
  long lastEndNanos() {
    return lastEndNanos;
  }
}
