package io.kelson.server.maintenance;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Rests for something that reads the whole store and is in no hurry, so that it takes a tenth of a
 * core and never a long stretch of one. One thread.
 */
final class Leisure implements Runnable {
  private static final int STEPS_BETWEEN_LOOKS = 64;
  private static final long WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long MAX_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long REST_FACTOR = 9;

  private final LongSupplier nanoClock;
  private final LongConsumer rest;
  private int steps;
  private long begun;

  /** By the machine's clock. */
  Leisure() {
    // An interruption ends a rest and all that follow: whoever interrupts wants it to end.
    this(System::nanoTime, LockSupport::parkNanos);
  }

  /**
   * @param rest takes so many nanoseconds, or fewer
   */
  Leisure(LongSupplier nanoClock, LongConsumer rest) {
    this.nanoClock = nanoClock;
    this.rest = rest;
    this.begun = nanoClock.getAsLong();
  }

  /** Called between two steps of a microsecond or so each; rests now and then. */
  @Override
  public void run() {
    if (++steps < STEPS_BETWEEN_LOOKS) {
      return;
    }
    steps = 0;
    long worked = nanoClock.getAsLong() - begun;
    if (worked >= WORK_NANOS) {
      rest.accept(Math.min(REST_FACTOR * worked, MAX_REST_NANOS));
      begun = nanoClock.getAsLong();
    }
  }
}
