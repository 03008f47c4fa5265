package io.kelson.server.lease;

import io.kelson.api.EtcdError;
import io.kelson.server.mvcc.LeaseListener;
import io.kelson.server.mvcc.LeaseRecord;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.StoreView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the time of all leases while this member leads, and ends those that are over.
 *
 * <p>The promise: a lease lives at least its TTL from when its grant was applied or a renewal was
 * answered, by the clock of whoever leads, whatever becomes of leaders meanwhile. It stands on four
 * things.
 *
 * <ul>
 *   <li>Expiry is an entry of the log that counts in the term of the leader who decided it and in
 *       no other; see {@code LeaseCommands}. A leader that was deposed without knowing, or slept,
 *       can propose what it likes.
 *   <li>A new leader begins with what the log says is left of each lease, counted from when it
 *       reads that, and an election timeout on top.
 *   <li>What the log says is never less than what was promised: checkpoints round up, and a renewal
 *       of a lease of which a smaller remainder was written down is answered only once the log has
 *       the full TTL again.
 *   <li>A renewal is answered only after a majority has confirmed that this member led when it
 *       came. The caller sees to that and says for which term.
 * </ul>
 *
 * <p>A lease's remainder is written down whenever it has halved, so it does not start over with
 * each leader: with an odd clock at worst it lives twice what was left. Leases that are kept alive
 * at a third of their TTL, as clients do, are never written.
 *
 * <p>Thread-safe. One lock, held for short; nobody is called under it.
 */
public final class Lessor implements LeaseListener {
  /** Leases in one entry: some 20 KB, and a few milliseconds to apply with a key each. */
  static final int MAX_BATCH_LEASES = 1_000;

  /** Entries with expiries under way: enough to keep disk and apply thread busy. */
  static final int MAX_EXPIRY_BATCHES = 4;

  /** Leases looked at under the lock at a time, though nothing is to be proposed for them. */
  private static final int MAX_LOOKED_AT = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(Lessor.class);

  private enum Phase {
    FOLLOWING,
    /** Leads and waits until everything of earlier terms is applied. */
    CONFIRMING,
    LOADING,
    LEADING
  }

  private final MvccStore store;
  private final LeaseLog log;
  private final Executor loader;
  private final LongSupplier nanoTime;
  private final long originNanos;
  private final long extensionMillis;

  private final LongAdder renewals = new LongAdder();
  private final LongAdder expiries = new LongAdder();

  private final Object lock = new Object();
  private Phase phase = Phase.FOLLOWING;
  private long term;
  private boolean confirmationAsked;
  private HeldLeases leases = new HeldLeases();
  private final Queue<HeldLease> toCheckpoint = new ArrayDeque<>();
  private final List<Runnable> untilLeading = new ArrayList<>();

  /** Grant indexes of leases that ended while they were being loaded. */
  private final Set<Long> endedMeanwhile = new HashSet<>();

  private int expiryBatches;
  private boolean checkpointUnderWay;

  /** After a refusal nothing is proposed before the next tick. */
  private boolean resting;

  /**
   * @param loader reads the leases when this member has become leader; may block
   * @param nanoTime a monotonic clock
   * @param extensionMillis what a new leader adds to each lease: as long as an election may have
   *     kept clients from renewing
   */
  public Lessor(
      MvccStore store, LeaseLog log, Executor loader, LongSupplier nanoTime, long extensionMillis) {
    this.store = store;
    this.log = log;
    this.loader = loader;
    this.nanoTime = nanoTime;
    this.originNanos = nanoTime.getAsLong();
    this.extensionMillis = extensionMillis;
  }

  private long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - originNanos);
  }

  /** This member leads in a term. Called on the raft loop. */
  public void lead(long newTerm) {
    synchronized (lock) {
      if (phase != Phase.FOLLOWING && term == newTerm) {
        return;
      }
    }
    follow();
    synchronized (lock) {
      phase = Phase.CONFIRMING;
      term = newTerm;
      confirmationAsked = true;
    }
    log.confirm(error -> confirmed(newTerm, error));
  }

  /** This member does not lead, or not any more. Called on the raft loop. */
  public void follow() {
    List<LeaseAnswer> failed = new ArrayList<>();
    List<Runnable> waiting;
    synchronized (lock) {
      if (phase == Phase.FOLLOWING) {
        return;
      }
      phase = Phase.FOLLOWING;
      term = 0;
      for (HeldLease lease : leases.all()) {
        failed.addAll(lease.takeMourners());
        failed.addAll(lease.takeRenewals());
      }
      leases = new HeldLeases();
      toCheckpoint.clear();
      endedMeanwhile.clear();
      expiryBatches = 0;
      checkpointUnderWay = false;
      resting = false;
      waiting = List.copyOf(untilLeading);
      untilLeading.clear();
    }
    failed.forEach(answer -> answer.failed(EtcdError.LEADER_CHANGED));
    waiting.forEach(Runnable::run);
  }

  /** The term in which this member leads, as far as it knows; 0 if it does not. */
  public long term() {
    synchronized (lock) {
      return term;
    }
  }

  private void confirmed(long confirmedTerm, EtcdError error) {
    synchronized (lock) {
      if (term != confirmedTerm || phase != Phase.CONFIRMING) {
        return;
      }
      confirmationAsked = false;
      if (error != null) {
        return;
      }
      phase = Phase.LOADING;
      leases = new HeldLeases();
      endedMeanwhile.clear();
    }
    try {
      loader.execute(() -> load(confirmedTerm));
    } catch (RejectedExecutionException e) {
      LOG.debug("leases are not loaded: this member is stopping", e);
    }
  }

  /** What is granted or ended meanwhile comes through {@link #leasesChanged} and is newer. */
  private void load(long loadedTerm) {
    List<Runnable> waiting;
    try (StoreView view = store.acquireView()) {
      view.forEachLease(lease -> loaded(loadedTerm, lease));
    } catch (RuntimeException e) {
      LOG.error("the leases cannot be read; trying again", e);
      loadAgain(loadedTerm);
      return;
    }
    synchronized (lock) {
      if (term != loadedTerm || phase != Phase.LOADING) {
        return;
      }
      phase = Phase.LEADING;
      endedMeanwhile.clear();
      waiting = List.copyOf(untilLeading);
      untilLeading.clear();
      LOG.info("this member keeps the time of {} leases in term {}", leases.size(), term);
    }
    waiting.forEach(Runnable::run);
    pump();
  }

  private void loadAgain(long loadedTerm) {
    synchronized (lock) {
      if (term == loadedTerm && phase == Phase.LOADING) {
        phase = Phase.CONFIRMING;
        confirmationAsked = false;
      }
    }
  }

  private void loaded(long loadedTerm, LeaseRecord lease) {
    synchronized (lock) {
      boolean unknown =
          leases.get(lease.id()) == null && !endedMeanwhile.contains(lease.grantIndex());
      if (term == loadedTerm && phase == Phase.LOADING && unknown) {
        hold(lease, extensionMillis);
      }
    }
  }

  private void hold(LeaseRecord lease, long moreMillis) {
    long lives = TimeUnit.SECONDS.toMillis(lease.remainingSeconds()) + moreMillis;
    leases.add(new HeldLease(lease, nowMillis() + lives));
  }

  @Override
  public void leasesChanged(List<Change> changes) {
    List<LeaseAnswer> gone = new ArrayList<>();
    synchronized (lock) {
      if (phase == Phase.FOLLOWING || phase == Phase.CONFIRMING) {
        // Not seen here: what is loaded later includes it.
        return;
      }
      for (Change change : changes) {
        if (change.ended()) {
          ended(change.lease(), gone);
        } else {
          hold(change.lease(), 0);
        }
      }
    }
    gone.forEach(answer -> answer.answered(0));
  }

  private void ended(LeaseRecord lease, List<LeaseAnswer> gone) {
    if (phase == Phase.LOADING) {
      endedMeanwhile.add(lease.grantIndex());
    }
    HeldLease held = leases.remove(lease.id());
    if (held != null) {
      held.queued = false;
      gone.addAll(held.takeMourners());
      gone.addAll(held.takeRenewals());
    }
  }

  /** Whether the question has to wait until the leases are loaded; it is asked again then. */
  private boolean maybePostpone(Runnable question) {
    if (phase == Phase.CONFIRMING || phase == Phase.LOADING) {
      untilLeading.add(question);
      return true;
    }
    return false;
  }

  /**
   * Renews a lease. A majority must have confirmed, after the renewal was asked for, that this
   * member leads in {@code confirmedTerm}.
   *
   * @param answer told the TTL in seconds, 0 if there is no such lease. If it is over but not gone
   *     yet, the answer waits until it is gone.
   */
  public void renew(long confirmedTerm, long id, LeaseAnswer answer) {
    long ttlSeconds = 0;
    boolean inTerm;
    synchronized (lock) {
      if (maybePostpone(() -> renew(confirmedTerm, id, answer))) {
        return;
      }
      inTerm = isLeading(confirmedTerm);
      HeldLease lease = leases.get(id);
      if (inTerm && lease != null) {
        long now = nowMillis();
        if (lease.isOver(now)) {
          lease.addMourner(answer);
          return;
        }
        lease.renew(now);
        renewals.increment();
        if (lease.loggedSeconds >= lease.ttlSeconds && !lease.queued) {
          ttlSeconds = lease.ttlSeconds;
        } else {
          lease.addRenewal(answer);
          queue(lease);
          ttlSeconds = -1;
        }
      }
    }
    if (!inTerm) {
      answer.failed(EtcdError.LEADER_CHANGED);
    } else if (ttlSeconds >= 0) {
      answer.answered(ttlSeconds);
    } else {
      pump();
    }
  }

  private boolean isLeading(long inTerm) {
    return phase == Phase.LEADING && term == inTerm;
  }

  /**
   * Looks how long a lease has to live; see {@link #renew} for the term.
   *
   * @param answer told milliseconds, 0 if it is over but not gone yet, -1 if there is none
   */
  public void remaining(long confirmedTerm, long id, LeaseAnswer answer) {
    long millis;
    synchronized (lock) {
      if (maybePostpone(() -> remaining(confirmedTerm, id, answer))) {
        return;
      }
      millis = isLeading(confirmedTerm) ? remainingMillis(id) : Long.MIN_VALUE;
    }
    if (millis == Long.MIN_VALUE) {
      answer.failed(EtcdError.LEADER_CHANGED);
    } else {
      answer.answered(millis);
    }
  }

  /** The same as far as this member can tell now: -1 as well if it does not lead. */
  public long remainingMillis(long id) {
    synchronized (lock) {
      HeldLease lease = leases.get(id);
      return lease == null ? -1 : Math.max(0, lease.expiryMillis - nowMillis());
    }
  }

  /** How many leases this member keeps the time of; 0 if it does not lead. */
  public int size() {
    synchronized (lock) {
      return leases.size();
    }
  }

  /** How many renewals this member has taken as the leader, since it started. */
  public long renewals() {
    return renewals.sum();
  }

  /** How often it has found a lease to be over. One whose end had to be proposed again counts. */
  public long expiries() {
    return expiries.sum();
  }

  /** Time passed; called every 100 ms or so. */
  public void tick() {
    long asked = 0;
    synchronized (lock) {
      resting = false;
      if (phase == Phase.CONFIRMING && !confirmationAsked) {
        confirmationAsked = true;
        asked = term;
      }
    }
    if (asked != 0) {
      long askedTerm = asked;
      log.confirm(error -> confirmed(askedTerm, error));
    }
    pump();
  }

  /** Proposes what has to be proposed, as far as not too much is under way. */
  private void pump() {
    List<LeaseBatch> batches = new ArrayList<>();
    synchronized (lock) {
      if (phase != Phase.LEADING || resting) {
        return;
      }
      long now = nowMillis();
      collectDue(now, batches);
      collectCheckpoint(now, batches);
    }
    for (LeaseBatch batch : batches) {
      log.propose(batch.request(), error -> done(batch, error));
    }
  }

  private void collectDue(long now, List<LeaseBatch> batches) {
    List<HeldLease> due = new ArrayList<>();
    for (int i = 0; i < MAX_LOOKED_AT && expiryBatches < MAX_EXPIRY_BATCHES; i++) {
      HeldLease lease = leases.pollDue(now);
      if (lease == null) {
        break;
      }
      if (lease.isOver(now)) {
        lease.expiring = true;
        expiries.increment();
        due.add(lease);
      } else {
        lookAt(lease, now);
      }
      if (due.size() == MAX_BATCH_LEASES) {
        expiryBatches++;
        batches.add(LeaseBatch.expiry(term, due));
        due = new ArrayList<>();
      }
    }
    if (!due.isEmpty()) {
      expiryBatches++;
      batches.add(LeaseBatch.expiry(term, due));
    }
  }

  private void lookAt(HeldLease lease, long now) {
    if (lease.isCheckpointDue(now)) {
      // As if written already, or it would be due again at once.
      lease.loggedSeconds = Math.min(lease.loggedSeconds, lease.remainingSeconds(now));
      queue(lease);
    }
    leases.reorder(lease);
  }

  private void queue(HeldLease lease) {
    if (!lease.queued) {
      lease.queued = true;
      toCheckpoint.add(lease);
    }
  }

  /**
   * One at a time: what is left of a lease is looked at when the entry is made, and entries take
   * effect in the order they were made, so the log never goes back to an older remainder.
   */
  private void collectCheckpoint(long now, List<LeaseBatch> batches) {
    if (checkpointUnderWay) {
      return;
    }
    List<HeldLease> taken = new ArrayList<>();
    while (taken.size() < MAX_BATCH_LEASES && !toCheckpoint.isEmpty()) {
      HeldLease lease = toCheckpoint.poll();
      if (lease.queued) {
        lease.queued = false;
        if (lease.isRenewed()) {
          lease.renew(now);
        }
        lease.loggedSeconds = Math.min(lease.loggedSeconds, lease.remainingSeconds(now));
        taken.add(lease);
      }
    }
    if (!taken.isEmpty()) {
      checkpointUnderWay = true;
      batches.add(LeaseBatch.checkpoint(term, taken, now));
    }
  }

  private void done(LeaseBatch batch, EtcdError error) {
    List<Runnable> answers = new ArrayList<>();
    synchronized (lock) {
      if (term != batch.term()) {
        return;
      }
      resting |= error != null;
      if (batch.isExpiry()) {
        expiryBatches--;
        batch.leases().forEach(this::expireAgain);
      } else {
        checkpointUnderWay = false;
        for (int i = 0; i < batch.leases().size(); i++) {
          HeldLease lease = batch.leases().get(i);
          if (leases.contains(lease)) {
            checkpointed(lease, batch.states().get(i).getRemainingSeconds(), error, answers);
          }
        }
      }
    }
    answers.forEach(Runnable::run);
    pump();
  }

  /** Those that are still there: the proposal failed, or nobody knows. */
  private void expireAgain(HeldLease lease) {
    if (leases.contains(lease)) {
      lease.expiring = false;
      leases.reorder(lease);
    }
  }

  private void checkpointed(
      HeldLease lease, long writtenSeconds, EtcdError error, List<Runnable> answers) {
    if (error != null) {
      lease.takeRenewals().forEach(answer -> answers.add(() -> answer.failed(error)));
      queue(lease);
      return;
    }
    lease.loggedSeconds = writtenSeconds;
    if (lease.expiring) {
      return;
    }
    if (writtenSeconds == lease.ttlSeconds && lease.isRenewed() && !lease.queued) {
      // The time runs from the answer, not from when it was written down.
      lease.renew(nowMillis());
      lease.takeRenewals().forEach(answer -> answers.add(() -> answer.answered(lease.ttlSeconds)));
    }
    leases.reorder(lease);
  }
}
