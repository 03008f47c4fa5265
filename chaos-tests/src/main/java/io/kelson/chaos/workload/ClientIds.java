package io.kelson.chaos.workload;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers for logical clients, each given out once in a run. Thread-safe. */
public final class ClientIds {
  private final AtomicLong last = new AtomicLong();

  /** The next one, from 1. */
  public long next() {
    return last.incrementAndGet();
  }
}
