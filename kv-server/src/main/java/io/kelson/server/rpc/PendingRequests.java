package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import io.kelson.server.apply.ApplyResults;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Callers that wait for their request to be applied.
 *
 * <p>A ring of slots, indexed by the low bits of the request's number, which count up: finding a
 * caller is one array access, without a lock or a boxed key. Whoever swaps a caller out of its slot
 * (the apply thread, a timeout, a cancellation) answers it, so that nobody is answered twice. The
 * ring is also the bound: with {@link #CAPACITY} requests waiting, no further one gets in.
 *
 * <p>Outcomes of one applied group are delivered in one task per event loop, on the loop the call
 * came in on.
 */
final class PendingRequests implements ApplyResults {
  /** How many requests may wait at once; a power of two. */
  static final int CAPACITY = 1 << 15;

  /** Numbers tried for a free slot; slots of long-waiting requests are stepped over. */
  private static final int ATTEMPTS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(PendingRequests.class);

  private final AtomicReferenceArray<Pending> slots = new AtomicReferenceArray<>(CAPACITY);
  private final RequestIds ids;

  /** What one applied group answered, per event loop; touched by the apply thread only. */
  private final Map<EventExecutor, List<Runnable>> group = new IdentityHashMap<>();

  // When the group began and was done; zero before. Apply thread only.
  private long groupBeganNanos;
  private long groupDoneNanos;

  private final LongAdder failures = new LongAdder();

  PendingRequests(RequestIds ids) {
    this.ids = ids;
  }

  /** How many wait. Looks at every slot. */
  int waiting() {
    int count = 0;
    for (int i = 0; i < CAPACITY; i++) {
      count += slots.get(i) == null ? 0 : 1;
    }
    return count;
  }

  /** How many were answered with an error without having been applied, this member's end aside. */
  long failures() {
    return failures.sum();
  }

  /** One waiting caller. */
  static final class Pending {
    private final long id;
    private final long startNanos;
    private final EventExecutor executor;
    private final Outcome outcome;

    /** Kept for a proposal that was turned down and may be made again; null if it may not. */
    private volatile byte[] data;

    private Pending(long id, long startNanos, EventExecutor executor, Outcome outcome) {
      this.id = id;
      this.startNanos = startNanos;
      this.executor = executor;
      this.outcome = outcome;
    }

    long id() {
      return id;
    }

    long startNanos() {
      return startNanos;
    }

    byte[] data() {
      return data;
    }

    void data(byte[] bytes) {
      data = bytes;
    }
  }

  /**
   * Makes room for a request and numbers it.
   *
   * @param executor where the outcome is delivered
   * @return null if too many are waiting
   */
  Pending register(long nowNanos, EventExecutor executor, Outcome outcome) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Pending pending = new Pending(ids.next(), nowNanos, executor, outcome);
      if (slots.compareAndSet(slot(pending.id), null, pending)) {
        return pending;
      }
    }
    return null;
  }

  /** Forgets a request whose caller left; its outcome will not be called if it has not been yet. */
  void abandon(Pending pending) {
    remove(pending);
  }

  /** The waiting request of that number, or null. */
  Pending find(long id) {
    Pending pending = slots.get(slot(id));
    return pending != null && pending.id == id ? pending : null;
  }

  /** Answers a request if it still waits; any thread. */
  void fail(Pending pending, EtcdError error) {
    if (remove(pending)) {
      if (error != EtcdError.STOPPED) {
        failures.increment();
      }
      deliver(pending.executor, () -> pending.outcome.failed(error));
    }
  }

  /** Looks at every waiting request; it may be failed from within. */
  void forEach(Consumer<Pending> visitor) {
    for (int i = 0; i < CAPACITY; i++) {
      Pending pending = slots.get(i);
      if (pending != null) {
        visitor.accept(pending);
      }
    }
  }

  @Override
  public boolean isWaiting(long requestId) {
    boolean waiting = find(requestId) != null;
    if (waiting && groupBeganNanos == 0) {
      groupBeganNanos = System.nanoTime();
    }
    return waiting;
  }

  @Override
  public void succeeded(long requestId, MessageLite response) {
    Pending pending = find(requestId);
    if (pending != null && remove(pending)) {
      collect(pending, response, null);
    }
  }

  @Override
  public void failed(long requestId, EtcdError error) {
    Pending pending = find(requestId);
    if (pending != null && remove(pending)) {
      collect(pending, null, error);
    }
  }

  @Override
  public void flush() {
    group.forEach(PendingRequests::deliverAll);
    group.clear();
    groupBeganNanos = 0;
    groupDoneNanos = 0;
  }

  private void collect(Pending pending, MessageLite response, EtcdError error) {
    if (groupDoneNanos == 0) {
      groupDoneNanos = System.nanoTime();
    }
    long began = groupBeganNanos;
    long done = groupDoneNanos;
    Runnable answer =
        () -> {
          pending.outcome.applied(pending.startNanos, began, done);
          if (error == null) {
            pending.outcome.succeeded(response);
          } else {
            pending.outcome.failed(error);
          }
        };
    group.computeIfAbsent(pending.executor, executor -> new ArrayList<>()).add(answer);
  }

  private boolean remove(Pending pending) {
    return slots.compareAndSet(slot(pending.id), pending, null);
  }

  private static int slot(long id) {
    return (int) id & (CAPACITY - 1);
  }

  private static void deliverAll(EventExecutor executor, List<Runnable> answers) {
    deliver(executor, () -> answers.forEach(PendingRequests::runSafely));
  }

  private static void deliver(EventExecutor executor, Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("an answer comes too late: its event loop has stopped", e);
    }
  }

  /** One caller's trouble must not keep the others from their answers. */
  private static void runSafely(Runnable answer) {
    try {
      answer.run();
    } catch (RuntimeException e) {
      LOG.warn("an answer could not be given", e);
    }
  }
}
