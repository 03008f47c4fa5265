package io.kelson.server.mvcc;

/**
 * A lease as the log knows it: the same on every member. When it ends is known only to the clock of
 * whoever leads.
 *
 * @param id chosen by client or proposer; any number but 0
 * @param ttlSeconds what it was granted, and gets back with each renewal; positive
 * @param remainingSeconds what was left of it when a leader last told the log; at most {@code
 *     ttlSeconds}
 * @param grantIndex index of the log entry that granted it; sets it apart from a later lease that
 *     was given the same id
 */
public record LeaseRecord(long id, long ttlSeconds, long remainingSeconds, long grantIndex) {
  /** The same lease with another remaining time. */
  public LeaseRecord withRemaining(long seconds) {
    return new LeaseRecord(id, ttlSeconds, seconds, grantIndex);
  }
}
