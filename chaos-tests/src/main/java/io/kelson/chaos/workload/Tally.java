package io.kelson.chaos.workload;

import io.kelson.chaos.history.Status;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts calls by what came of them, for progress lines. Thread-safe. */
public final class Tally {
  private final Map<Status, LongAdder> counts = new EnumMap<>(Status.class);

  /** With nothing counted. */
  public Tally() {
    for (Status status : Status.values()) {
      counts.put(status, new LongAdder());
    }
  }

  void count(Status status) {
    counts.get(status).increment();
  }

  /** How many ended so. */
  public long of(Status status) {
    return counts.get(status).sum();
  }
}
