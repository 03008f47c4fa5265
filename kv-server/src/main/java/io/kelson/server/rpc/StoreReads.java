package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Identity;
import io.kelson.server.mvcc.StoreView;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Carries reads out: on the spot if the caller says it can be done in memory, otherwise in the read
 * pool, whose queue is bounded.
 */
final class StoreReads {
  private final AuthGuard guard;
  private final LinearizableReads linearizable;
  private final Executor pool;

  /**
   * @param guard gives out views
   * @param pool where reads that may touch the disk go; refuses with {@link
   *     RejectedExecutionException} when too many wait
   */
  StoreReads(AuthGuard guard, LinearizableReads linearizable, Executor pool) {
    this.guard = guard;
    this.linearizable = linearizable;
    this.pool = pool;
  }

  /**
   * A read of the store.
   *
   * @param <T> what it answers
   */
  interface Query<T> extends Guarded {
    /** Whether there is no use in {@link #inMemory}. */
    default boolean isSlow() {
      return false;
    }

    /** Answers without touching the disk, or returns null. Called on an event loop. */
    T inMemory(StoreView view);

    /** Answers. May block. */
    T evaluate(StoreView view);
  }

  /** What somebody must have to read something. */
  @FunctionalInterface
  interface Requirement {
    /** See {@link Guarded#requireAllowed}. */
    void require(AuthState state, Identity who, StoreView view);
  }

  /** The same, for what was allowed, or not, when the call began. */
  static <T> Query<T> slow(Function<StoreView, T> evaluation) {
    return slow(Caller.ANONYMOUS, null, evaluation);
  }

  /**
   * A query that always goes to the pool.
   *
   * @param requirement null if there is none
   */
  static <T> Query<T> slow(
      Caller caller, Requirement requirement, Function<StoreView, T> evaluation) {
    return new Query<>() {
      @Override
      public Caller caller() {
        return caller;
      }

      @Override
      public boolean isGuarded() {
        return requirement != null;
      }

      @Override
      public void requireAllowed(AuthState state, Identity who, StoreView view) {
        requirement.require(state, who, view);
      }

      @Override
      public boolean isSlow() {
        return true;
      }

      @Override
      public T inMemory(StoreView view) {
        return null;
      }

      @Override
      public T evaluate(StoreView view) {
        return evaluation.apply(view);
      }
    };
  }

  /**
   * Answers a call from the store.
   *
   * @param serializable whether this member's state will do as it is; otherwise the read waits
   *     until it is known to be fresh
   */
  <T> void answer(boolean serializable, Query<? extends T> query, Reply<T> reply) {
    answer(serializable, query, reply, reply::send);
  }

  /** The same where a message is the answer, whatever the call takes for one. */
  void answerWhole(boolean serializable, Query<? extends MessageLite> query, Reply<?> reply) {
    answer(serializable, query, reply, reply::sendWhole);
  }

  private <T> void answer(
      boolean serializable, Query<T> query, Reply<?> reply, Consumer<? super T> send) {
    Answering<T> answering = new Answering<>(query, reply, send);
    if (serializable) {
      answering.begin();
    } else {
      linearizable.submit(CallLoop.current(), answering);
    }
  }

  /** One call that is being answered. */
  private final class Answering<T> implements LinearizableReads.Read {
    private final Query<T> query;
    private final Reply<?> reply;
    private final Consumer<? super T> send;

    Answering(Query<T> query, Reply<?> reply, Consumer<? super T> send) {
      this.query = query;
      this.reply = reply;
      this.send = send;
    }

    @Override
    public void ready() {
      reply.fresh();
      begin();
    }

    @Override
    public void failed(EtcdError error) {
      reply.failed(error);
    }

    /** On the event loop the call came in on. */
    void begin() {
      if (reply.isCancelled()) {
        return;
      }
      if (query.isSlow()) {
        goOnInPool();
        return;
      }
      T answer;
      try (StoreView view = guard.acquire(query)) {
        answer = query.inMemory(view);
      } catch (RuntimeException e) {
        reply.failed(e);
        return;
      }
      if (answer != null) {
        send.accept(answer);
      } else {
        goOnInPool();
      }
    }

    private void goOnInPool() {
      try {
        pool.execute(this::evaluate);
      } catch (RejectedExecutionException e) {
        reply.failed(EtcdError.TOO_MANY_REQUESTS);
      }
    }

    private void evaluate() {
      if (reply.isCancelled()) {
        return;
      }
      reply.reading();
      T answer;
      try (StoreView view = guard.acquire(query)) {
        answer = query.evaluate(view);
      } catch (RuntimeException e) {
        reply.failed(e);
        return;
      }
      send.accept(answer);
    }
  }

  /**
   * Goes on when this member's state is known to be fresh, or at once if any state will do.
   *
   * @param read called on the event loop this is called on, as is {@code failed}
   */
  void whenFresh(boolean serializable, Runnable read, Consumer<EtcdError> failed) {
    if (serializable) {
      read.run();
      return;
    }
    linearizable.submit(
        CallLoop.current(),
        new LinearizableReads.Read() {
          @Override
          public void ready() {
            read.run();
          }

          @Override
          public void failed(EtcdError error) {
            failed.accept(error);
          }
        });
  }

  /**
   * Goes on if somebody may; looks in the pool, as it may have to read.
   *
   * @param then on a thread of the pool, or this one while authentication is off
   */
  void whenAllowed(Guarded action, Runnable then, Consumer<EtcdError> failed) {
    if (!guard.state().enabled()) {
      then.run();
      return;
    }
    try {
      pool.execute(() -> runIfAllowed(action, then, failed));
    } catch (RejectedExecutionException e) {
      failed.accept(EtcdError.TOO_MANY_REQUESTS);
    }
  }

  private void runIfAllowed(Guarded action, Runnable then, Consumer<EtcdError> failed) {
    try {
      guard.acquire(action).close();
    } catch (AuthException e) {
      failed.accept(e.error());
      return;
    }
    then.run();
  }
}
