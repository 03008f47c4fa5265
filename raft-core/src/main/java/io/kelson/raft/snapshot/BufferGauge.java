package io.kelson.raft.snapshot;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes that transfers hold in memory. Thread-safe. */
final class BufferGauge {
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();

  void add(long more) {
    long now = bytes.addAndGet(more);
    peak.accumulateAndGet(now, Math::max);
  }

  void subtract(long less) {
    bytes.addAndGet(-less);
  }

  /** What is held now. */
  long bytes() {
    return bytes.get();
  }

  /** The most that ever was. */
  long peak() {
    return peak.get();
  }
}
