package io.kelson.server.lease;

import io.kelson.server.mvcc.LeaseRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A lease as the leader holds it; guarded by its {@link Lessor}. */
final class HeldLease {
  /**
   * Smallest remainder worth a checkpoint. After a leader change a lease of which less is left than
   * that lives on for twice that time at most, which is about what the election took away from its
   * clients.
   */
  static final long MIN_CHECKPOINT_SECONDS = 5;

  /** Orders by when they have to be looked at; no two are equal. */
  static final Comparator<HeldLease> BY_WAKING =
      Comparator.<HeldLease>comparingLong(lease -> lease.wakeMillis)
          .thenComparingLong(lease -> lease.grantIndex);

  private static final long MILLIS = 1000;

  final long id;
  final long ttlSeconds;
  final long grantIndex;

  /** Over once the clock has gone past this. */
  long expiryMillis;

  /** The least that may stand in the log as what is left of it. */
  long loggedSeconds;

  /** When it has to be looked at; unchanged as long as it is in the order of waking. */
  long wakeMillis;

  /** Its expiry was proposed, and what became of that is not known yet. */
  boolean expiring;

  /** It waits for the next checkpoint. */
  boolean queued;

  /** Renewals that came when it was over: answered when it is gone. Null if there are none. */
  private List<LeaseAnswer> mourners;

  /** Renewals that wait until the log knows of them. Null if there are none. */
  private List<LeaseAnswer> renewals;

  HeldLease(LeaseRecord lease, long expiryMillis) {
    this.id = lease.id();
    this.ttlSeconds = lease.ttlSeconds();
    this.grantIndex = lease.grantIndex();
    this.loggedSeconds = lease.remainingSeconds();
    this.expiryMillis = expiryMillis;
    planWaking();
  }

  boolean isOver(long nowMillis) {
    // Milliseconds are rounded down: at the very same one it may have a fraction left.
    return expiring || nowMillis > expiryMillis;
  }

  void renew(long nowMillis) {
    expiryMillis = nowMillis + ttlSeconds * MILLIS;
  }

  /** Rounded up, so that a lease never loses time by being written down. */
  long remainingSeconds(long nowMillis) {
    long millis = Math.max(0, expiryMillis - nowMillis);
    return Math.min(ttlSeconds, (millis + MILLIS - 1) / MILLIS);
  }

  boolean isCheckpointDue(long nowMillis) {
    return nowMillis >= checkpointMillis();
  }

  /** When half of what the log knows is left. */
  private long checkpointMillis() {
    long half = loggedSeconds / 2;
    return half < MIN_CHECKPOINT_SECONDS ? Long.MAX_VALUE : expiryMillis - half * MILLIS;
  }

  void planWaking() {
    wakeMillis = Math.min(expiryMillis + 1, checkpointMillis());
  }

  void addMourner(LeaseAnswer answer) {
    mourners = mourners == null ? new ArrayList<>(1) : mourners;
    mourners.add(answer);
  }

  void addRenewal(LeaseAnswer answer) {
    renewals = renewals == null ? new ArrayList<>(1) : renewals;
    renewals.add(answer);
  }

  boolean isRenewed() {
    return renewals != null;
  }

  List<LeaseAnswer> takeMourners() {
    List<LeaseAnswer> taken = mourners == null ? List.of() : mourners;
    mourners = null;
    return taken;
  }

  List<LeaseAnswer> takeRenewals() {
    List<LeaseAnswer> taken = renewals == null ? List.of() : renewals;
    renewals = null;
    return taken;
  }
}
