package io.kelson.server.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts values in buckets. Thread-safe, without lock or allocation; a reader may see a value in
 * its bucket and not yet in the sum.
 *
 * <p>The client library's histogram serializes its writers on one counter; this one does not, and
 * it can be thrown away with the peer it belongs to.
 */
final class Distribution {
  private static final double NANOS = 1e-9;

  private final double[] bounds;
  private final LongAdder[] counts;
  private final DoubleAdder sum = new DoubleAdder();

  private Distribution(double[] bounds) {
    this.bounds = bounds;
    this.counts = new LongAdder[bounds.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /** Buckets up to {@code start}, twice that, and so on, {@code count} of them, and one more. */
  static Distribution doubling(double start, int count) {
    double[] bounds = new double[count + 1];
    double bound = start;
    for (int i = 0; i < count; i++) {
      bounds[i] = bound;
      bound *= 2;
    }
    bounds[count] = Double.POSITIVE_INFINITY;
    return new Distribution(bounds);
  }

  /** Buckets up to each of these, ascending, and one more. */
  static Distribution upTo(double... finite) {
    double[] bounds = java.util.Arrays.copyOf(finite, finite.length + 1);
    bounds[finite.length] = Double.POSITIVE_INFINITY;
    return new Distribution(bounds);
  }

  void add(double value) {
    int bucket = 0;
    while (value > bounds[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sum.add(value);
  }

  /** Adds a time that was taken in nanoseconds as seconds. */
  void addNanos(long nanos) {
    add(nanos * NANOS);
  }

  double[] bounds() {
    return bounds.clone();
  }

  /** How many values each bucket holds, for itself. */
  long[] counts() {
    long[] seen = new long[counts.length];
    for (int i = 0; i < seen.length; i++) {
      seen[i] = counts[i].sum();
    }
    return seen;
  }

  double sum() {
    return sum.sum();
  }
}
