package io.kelson.server.diff;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What was done. Thread-safe. */
final class Tally {
  private final Map<String, LongAdder> calls = new ConcurrentSkipListMap<>();
  private final AtomicLong sequences = new AtomicLong();
  private final AtomicLong avoided = new AtomicLong();

  void compared(String call) {
    calls.computeIfAbsent(call, name -> new LongAdder()).increment();
  }

  /** A request was drawn that this etcd is better not asked. */
  void avoided() {
    avoided.incrementAndGet();
  }

  void sequenceDone() {
    sequences.incrementAndGet();
  }

  long sequences() {
    return sequences.get();
  }

  long calls() {
    return calls.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** How often each call was compared, by name. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    calls.forEach(
        (name, count) -> text.append(text.isEmpty() ? "" : ", ").append(name + " " + count));
    return text + "; not asked of this etcd " + avoided;
  }
}
