package io.kelson.chaos.cluster;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One direction between two members: its rule, shared by all connections, and what went through.
 * The rule belongs to the proxy's thread; the counts may be read from any.
 */
final class Link {
  private final SplittableRandom random;
  private final AtomicLong passedBytes = new AtomicLong();
  private final AtomicLong resets = new AtomicLong();
  private final AtomicLong halfCloses = new AtomicLong();
  private final AtomicLong chunks = new AtomicLong();
  private final AtomicLong heldNanos = new AtomicLong();
  private LinkRule rule = LinkRule.OPEN;
  private long freeAtNanos;

  Link(SplittableRandom random) {
    this.random = random;
  }

  LinkRule rule() {
    return rule;
  }

  void setRule(LinkRule next, long nowNanos) {
    rule = next;
    freeAtNanos = nowNanos;
  }

  boolean blocked() {
    return rule.blocked();
  }

  boolean drawReset() {
    return draw(rule.resetChance(), resets);
  }

  boolean drawHalfClose() {
    return draw(rule.halfCloseChance(), halfCloses);
  }

  private boolean draw(double chance, AtomicLong count) {
    if (chance > 0 && random.nextDouble() < chance) {
      count.incrementAndGet();
      return true;
    }
    return false;
  }

  /** When a chunk that has come in now may go on, by delay and by the room on the link. */
  long dueNanos(long nowNanos, int bytes) {
    long due = nowNanos + TimeUnit.MILLISECONDS.toNanos(rule.delayMillis());
    if (rule.jitterMillis() > 0) {
      due += random.nextLong(TimeUnit.MILLISECONDS.toNanos(rule.jitterMillis()));
    }
    if (rule.bytesPerSecond() > 0) {
      long lasts = TimeUnit.SECONDS.toNanos(bytes) / rule.bytesPerSecond();
      freeAtNanos = Math.max(freeAtNanos, nowNanos) + lasts;
      due = Math.max(due, freeAtNanos);
    }
    return due;
  }

  void passed(int bytes, long waitedNanos) {
    passedBytes.addAndGet(bytes);
    chunks.incrementAndGet();
    heldNanos.addAndGet(waitedNanos);
  }

  LinkStats.Counts counts() {
    return new LinkStats.Counts(
        passedBytes.get(),
        chunks.get(),
        TimeUnit.NANOSECONDS.toMillis(heldNanos.get()),
        resets.get(),
        halfCloses.get());
  }
}
