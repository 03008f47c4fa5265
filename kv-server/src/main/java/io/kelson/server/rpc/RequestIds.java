package io.kelson.server.rpc;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers for requests that no other member, and no earlier run of this one, uses.
 *
 * <pre>
 * | 16 bits of the member id | 48 bits: start time in ms x 256, then counted up |
 * </pre>
 *
 * <p>A restart begins at the clock: as long as a run hands out fewer than 256 numbers per
 * millisecond of its life, and the clock is not set back beyond its start, it stays ahead of the
 * last one. The 48 bits last 34 years. Thread-safe.
 */
final class RequestIds {
  private static final int COUNTER_BITS = 48;
  private static final int NUMBERS_PER_MILLI_BITS = 8;

  private final long prefix;
  private final AtomicLong counter;

  private RequestIds(long prefix, long start) {
    this.prefix = prefix;
    this.counter = new AtomicLong(start);
  }

  /** Numbers for one member among all. */
  static RequestIds of(long member, Collection<Long> all, long nowMillis) {
    long prefix = (member >>> distinctShift(all)) & 0xffff;
    return new RequestIds(prefix << COUNTER_BITS, nowMillis << NUMBERS_PER_MILLI_BITS);
  }

  long next() {
    return prefix | (counter.getAndIncrement() & ((1L << COUNTER_BITS) - 1));
  }

  /**
   * Ids are hashes, so their low bits nearly always differ; if not, others do. Every member comes
   * to the same answer.
   */
  private static int distinctShift(Collection<Long> members) {
    for (int shift = 0; shift <= COUNTER_BITS; shift++) {
      int s = shift;
      if (members.stream().map(id -> (id >>> s) & 0xffff).distinct().count() == members.size()) {
        return shift;
      }
    }
    throw new IllegalArgumentException("member ids too alike to number requests: " + members);
  }
}
