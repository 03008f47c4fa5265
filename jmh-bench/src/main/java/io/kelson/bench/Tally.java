package io.kelson.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What one event loop counted in one phase, or several loops together. One thread at a time. */
final class Tally {
  private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final int MAX_ERROR_TEXTS = 20;
  private static final long ON_TIME_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
  private final Map<String, Long> errors = new HashMap<>();
  private long sentLate;
  private long lastEndNanos = Long.MIN_VALUE;

  void succeeded(long startNanos, long endNanos) {
    latencies.recordValue(Math.min(Math.max(endNanos - startNanos, 0), LONGEST_NANOS));
    lastEndNanos = Math.max(lastEndNanos, endNanos);
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

  void add(Tally other) {
    latencies.add(other.latencies);
    other.errors.forEach((text, count) -> errors.merge(text, count, Long::sum));
    sentLate += other.sentLate;
    lastEndNanos = Math.max(lastEndNanos, other.lastEndNanos);
  }

  Histogram latencies() {
    return latencies;
  }

  Map<String, Long> errors() {
    return errors;
  }

  long sentLate() {
    return sentLate;
  }

  /** The end of the last operation, {@link Long#MIN_VALUE} if there was none. */
  long lastEndNanos() {
    return lastEndNanos;
  }
}
