package io.kelson.server.rpc;

import java.util.function.LongSupplier;

/**
 * Lets so many log lines through in each second, and counts the others. When much is slow, a few
 * lines say as much as all, and writing them must not make it slower. Thread-safe.
 */
public final class LineLimit {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final int perSecond;
  private final LongSupplier nanoTime;
  private long windowNanos;
  private int written;
  private long heldBack;

  public LineLimit(int perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
    this.windowNanos = nanoTime.getAsLong();
  }

  /**
   * Asks for one line.
   *
   * @return -1 if it is to be left out; otherwise how many were left out since the last one
   */
  public synchronized long ask() {
    long now = nanoTime.getAsLong();
    if (now - windowNanos >= SECOND_NANOS) {
      windowNanos = now;
      written = 0;
    }
    if (written == perSecond) {
      heldBack++;
      return -1;
    }
    written++;
    long before = heldBack;
    heldBack = 0;
    return before;
  }
}
