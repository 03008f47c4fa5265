package io.kelson.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * A phase's latencies, cut into slices of equal length from its start on. There are never more than
 * {@link #MOST}: when one more would begin, each two that follow each other become one. So a phase
 * need not know how long it will be, and a long one takes no more memory. One thread at a time.
 */
final class Slices {
  /** Enough to draw from, and few enough for each to be longer than what makes neighbours alike. */
  static final int MOST = 24;

  private final List<Histogram> slices = new ArrayList<>(MOST);
  private final long longestNanos;
  private long lengthNanos;

  /**
   * The slice that was recorded in last, and its bounds: it is the next one's too, nearly always.
   */
  private Histogram current;

  private long currentFromNanos;
  private long currentToNanos;

  /**
   * None yet.
   *
   * @param lengthNanos of each, at first
   * @param longestNanos the longest latency that will be recorded
   */
  Slices(long lengthNanos, long longestNanos) {
    this.lengthNanos = lengthNanos;
    this.longestNanos = longestNanos;
  }

  /**
   * Counts an operation.
   *
   * @param atNanos when it ended, from the phase's start
   */
  void record(long atNanos, long latencyNanos) {
    if (current == null || atNanos < currentFromNanos || atNanos >= currentToNanos) {
      seek(atNanos);
    }
    current.recordValue(latencyNanos);
  }

  private void seek(long atNanos) {
    while (atNanos / lengthNanos >= MOST) {
      joinNeighbours();
    }
    int number = (int) (atNanos / lengthNanos);
    current = slice(number);
    currentFromNanos = number * lengthNanos;
    currentToNanos = currentFromNanos + lengthNanos;
  }

  private Histogram slice(int number) {
    while (slices.size() <= number) {
      slices.add(new Histogram(longestNanos, 3));
    }
    return slices.get(number);
  }

  private void joinNeighbours() {
    for (int i = 0; i + 1 < slices.size(); i++) {
      slices.get(i).add(slices.remove(i + 1));
    }
    lengthNanos *= 2;
    current = null;
  }

  /** Adds those of another loop in the same phase. */
  void add(Slices other) {
    while (lengthNanos < other.lengthNanos) {
      joinNeighbours();
    }
    for (int i = 0; i < other.slices.size(); i++) {
      slice((int) (i * other.lengthNanos / lengthNanos)).add(other.slices.get(i));
    }
  }

  long lengthNanos() {
    return lengthNanos;
  }

  /** The median of a slice; 0 if nothing was recorded in it. */
  long medianNanos(int number) {
    return number < slices.size() ? slices.get(number).getValueAtPercentile(50) : 0;
  }

  /** Draws a percentile of all latencies again, in nanoseconds. There must be a slice. */
  Draw percentile(double percent) {
    List<Histogram> from = List.copyOf(slices);
    return random -> drawn(from, random).getValueAtPercentile(percent);
  }

  private Histogram drawn(List<Histogram> from, SplittableRandom random) {
    Histogram sum = new Histogram(longestNanos, 3);
    for (int i = 0; i < from.size(); i++) {
      sum.add(from.get(random.nextInt(from.size())));
    }
    return sum;
  }
}
