package io.kelson.server.membership;

import io.kelson.api.EtcdError;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.membership.ConfigurationChange;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ClusterSettings;
import io.kelson.server.membership.ChangePlanner.Plan;
import io.kelson.server.membership.Members.Peer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out changes of members, one after the other, while this member leads.
 *
 * <p>A thread of its own waits for each to be applied; calls only queue up, at most {@link
 * #MAX_QUEUED} of them. In between it gives members that were added as voters their vote, as soon
 * as consensus finds that they have caught up: until then they listen, and the cluster does not
 * depend on them. Thread-safe.
 */
public final class MemberChanges implements AutoCloseable {
  /** Changes that may wait; more are told {@link EtcdError#TOO_MANY_REQUESTS}. */
  static final int MAX_QUEUED = 64;

  private static final Logger LOG = LoggerFactory.getLogger(MemberChanges.class);
  private static final long PROMISE_INTERVAL_MILLIS = 200;
  private static final long RETRY_MILLIS = 20;
  private static final long CLOSE_LIMIT_MILLIS = 2_000;

  /** What is needed of consensus. Thread-safe; nothing here blocks. */
  public interface Consensus {
    /** Where this member stands. */
    RaftStatus status();

    /** Asks for other members; refusals come back by {@link MemberChanges#rejected}. */
    void changeConfiguration(long id, ConfigurationChange target, byte[] context);
  }

  /** What is known of the others. Thread-safe; nothing here blocks. */
  public interface Others {
    /** Members that have run. */
    Set<Long> started();

    /** Whether this member reaches another one just now. */
    boolean isConnected(long id);
  }

  /**
   * How a change ended: with the members after it, or an error. Called on the thread of changes.
   */
  public interface Outcome {
    /**
     * It is done and cannot be undone by any failure.
     *
     * @param added the member that is new, if one is
     * @param after everybody
     */
    void done(Optional<Peer> added, Roster.View after);

    /** It was refused, or nothing is known of it. */
    void failed(EtcdError error);
  }

  @FunctionalInterface
  private interface Planner {
    Plan plan(ChangePlanner planner) throws ChangeRefusedException;
  }

  private record Task(String what, Planner planner, Outcome outcome, long deadlineNanos) {}

  private record Waiting(long id, CompletableFuture<Optional<Rejection.Reason>> end) {}

  private final Consensus consensus;
  private final Others others;
  private final Roster roster;
  private final String token;
  private final long timeoutNanos;
  private final LongSupplier unixSeconds;
  private final ClusterSettings rules;
  private final LinkedBlockingQueue<Task> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
  private volatile Thread thread;
  private volatile Waiting waiting;

  /** Ids before the last change; touched by the thread of changes only. */
  private Set<Long> beforeLast = Set.of();

  private volatile boolean closed;

  /**
   * At rest until {@link #start}.
   *
   * @param token the cluster's, which goes into the ids of new members
   * @param timeoutMillis how long one change may take
   * @param unixSeconds the wall clock, which goes into ids as well
   */
  public MemberChanges(
      Consensus consensus,
      Others others,
      Roster roster,
      String token,
      long timeoutMillis,
      LongSupplier unixSeconds,
      ClusterSettings rules) {
    this.rules = rules;
    this.consensus = consensus;
    this.others = others;
    this.roster = roster;
    this.token = token;
    this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    this.unixSeconds = unixSeconds;
  }

  /** Begins to work; once. */
  public void start() {
    Thread worker = new Thread(this::run, "kelson-members");
    worker.setDaemon(true);
    thread = worker;
    worker.start();
  }

  /** Who belongs to the cluster just now. */
  public Roster.View view() {
    return roster.view();
  }

  /** Whether this member is a learner; see {@link Roster#isLearner()}. */
  public boolean isLearner() {
    return roster.isLearner();
  }

  /** Another member. */
  public void add(List<String> peerUrls, boolean isLearner, Outcome outcome) {
    submit(
        "add " + peerUrls + (isLearner ? " as learner" : ""),
        planner -> planner.add(peerUrls, isLearner, token, unixSeconds.getAsLong()),
        outcome);
  }

  /** One member less. */
  public void remove(long id, Outcome outcome) {
    submit("remove " + MemberIds.text(id), planner -> planner.remove(id), outcome);
  }

  /** A vote for a learner. */
  public void promote(long id, Outcome outcome) {
    submit("promote " + MemberIds.text(id), planner -> planner.promote(id), outcome);
  }

  /** Other peer URLs. */
  public void update(long id, List<String> peerUrls, Outcome outcome) {
    submit(
        "update " + MemberIds.text(id) + " to " + peerUrls,
        planner -> planner.update(id, peerUrls),
        outcome);
  }

  private void submit(String what, Planner planner, Outcome outcome) {
    if (closed) {
      outcome.failed(EtcdError.STOPPED);
      return;
    }
    Task task = new Task(what, planner, outcome, System.nanoTime() + timeoutNanos);
    if (!queue.offer(task)) {
      outcome.failed(EtcdError.TOO_MANY_REQUESTS);
    } else if (closed && queue.remove(task)) {
      // It came after the last look at the queue.
      outcome.failed(EtcdError.STOPPED);
    }
  }

  /** Consensus turned a change down; called on the raft loop. */
  public void rejected(Rejection rejection) {
    Waiting current = waiting;
    if (current != null && current.id == rejection.id()) {
      current.end.complete(Optional.of(rejection.reason()));
    }
  }

  /** The final entry of a change was applied; called on the apply thread. */
  public void applied(long changeId) {
    Waiting current = waiting;
    if (current != null && current.id == changeId) {
      current.end.complete(Optional.empty());
    }
  }

  private void run() {
    try {
      while (!closed) {
        Task task = queue.poll(PROMISE_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        if (task == null) {
          keepPromises();
        } else {
          carryOut(task);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("no more changes of members: this member stops");
    } finally {
      for (Task left = queue.poll(); left != null; left = queue.poll()) {
        left.outcome.failed(EtcdError.STOPPED);
      }
    }
  }

  private void carryOut(Task task) throws InterruptedException {
    try {
      Plan done = propose(task.planner, task.deadlineNanos);
      LOG.info("members changed: {}; they are {} now", task.what, done.members().members());
      Optional<Peer> added =
          done.members().members().stream().filter(p -> !beforeLast.contains(p.id())).findFirst();
      task.outcome.done(added, roster.view());
    } catch (ChangeRefusedException e) {
      LOG.warn("members not changed: {}: {}", task.what, e.getMessage());
      task.outcome.failed(e.error());
    } catch (InterruptedException e) {
      task.outcome.failed(EtcdError.STOPPED);
      throw e;
    } catch (RuntimeException e) {
      LOG.error("members not changed: {}", task.what, e);
      task.outcome.failed(EtcdError.TIMEOUT);
    }
  }

  /** Asks until consensus takes the change or refuses it for good, then waits for it. */
  private Plan propose(Planner planner, long deadlineNanos)
      throws ChangeRefusedException, InterruptedException {
    while (true) {
      if (!consensus.status().isLeader()) {
        throw new ChangeRefusedException(EtcdError.NOT_LEADER);
      }
      Roster.View view = roster.view();
      if (view.isSettled()) {
        beforeLast =
            view.members().members().stream().map(Peer::id).collect(Collectors.toUnmodifiableSet());
        Plan plan = planner.plan(planner(view));
        Optional<Rejection.Reason> refusal = attempt(plan, deadlineNanos);
        if (refusal.isEmpty()) {
          return plan;
        }
        requireTransient(refusal.get());
      }
      if (deadlineNanos - System.nanoTime() < 0) {
        throw new ChangeRefusedException(EtcdError.TIMEOUT);
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    }
  }

  private ChangePlanner planner(Roster.View view) {
    return new ChangePlanner(
        consensus.status().self(), view, others.started(), others::isConnected, rules);
  }

  private static void requireTransient(Rejection.Reason reason) throws ChangeRefusedException {
    switch (reason) {
      case NOT_CAUGHT_UP -> throw new ChangeRefusedException(EtcdError.LEARNER_NOT_READY);
      case NOT_LEADER, NO_LEADER, NOT_SENT, LEADER_CHANGED ->
          throw new ChangeRefusedException(EtcdError.NOT_LEADER);
      case CHANGE_PENDING, NOT_READY, TRANSFERRING, TOO_MANY_UNCOMMITTED -> {}
    }
  }

  private Optional<Rejection.Reason> attempt(Plan plan, long deadlineNanos)
      throws ChangeRefusedException, InterruptedException {
    long id = ThreadLocalRandom.current().nextLong() | 1;
    Members planned = plan.members();
    byte[] context =
        new Members(planned.members(), planned.leaving(), planned.removed(), id).encode();
    Waiting current = new Waiting(id, new CompletableFuture<>());
    waiting = current;
    try {
      consensus.changeConfiguration(id, plan.target(), context);
      return current.end.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new ChangeRefusedException(EtcdError.TIMEOUT);
    } catch (ExecutionException e) {
      throw new IllegalStateException("only ever completed normally", e);
    } finally {
      waiting = null;
    }
  }

  private void keepPromises() throws InterruptedException {
    Roster.View view = roster.view();
    if (!consensus.status().isLeader() || !view.isSettled()) {
      return;
    }
    for (Peer peer : view.members().members()) {
      Plan plan = peer.becomesVoter() ? planner(view).keepPromise(peer) : null;
      if (plan != null) {
        keepPromise(peer, plan);
        return;
      }
    }
  }

  private void keepPromise(Peer peer, Plan plan) throws InterruptedException {
    try {
      if (attempt(plan, System.nanoTime() + timeoutNanos).isEmpty()) {
        LOG.info("member {} has caught up and votes now", MemberIds.text(peer.id()));
      }
    } catch (ChangeRefusedException e) {
      LOG.warn("member {} has no vote yet: {}", MemberIds.text(peer.id()), e.getMessage());
    }
  }

  /** Answers everybody who waits with {@code server stopped}. */
  @Override
  public void close() {
    closed = true;
    Thread worker = thread;
    if (worker != null) {
      worker.interrupt();
      try {
        worker.join(CLOSE_LIMIT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
