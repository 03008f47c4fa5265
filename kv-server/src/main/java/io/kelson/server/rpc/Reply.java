package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.server.auth.AuthException;
import io.kelson.server.mvcc.CompactedException;
import io.kelson.server.mvcc.FutureRevisionException;
import io.kelson.server.rpc.Proposals.Handle;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer one unary call gets: a response or an error, unless the caller has left.
 *
 * @param <T> the response's type
 */
final class Reply<T> implements Outcome, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

  private final Function<MessageLite, T> conversion;
  private final CallEnd<T> call;
  private final CallTimes times;
  private volatile Handle waiting = Handle.DONE;

  /**
   * @param conversion makes what the call is answered with of a response
   * @param times when the call reached which stage, or null if nobody wants to know
   */
  Reply(Function<MessageLite, T> conversion, CallEnd<T> call, CallTimes times) {
    this.conversion = conversion;
    this.call = call;
    this.times = times;
    // With a handler set, answering a call that was cancelled meanwhile is ignored, not an error.
    call.whenCancelled(this);
  }

  /** For a call that has just come in; must be made before the service method returns. */
  static <T extends MessageLite> Reply<T> to(Class<T> type, StreamObserver<T> observer) {
    return new Reply<>(
        type::cast, CallEnd.of((ServerCallStreamObserver<T>) observer), CallTimes.current());
  }

  /** The same for a method whose answers need not be messages. */
  static <T extends MessageLite> Reply<Answer<T>> answering(
      Class<T> type, StreamObserver<Answer<T>> observer) {
    return new Reply<>(
        message -> Answer.of(type.cast(message)),
        CallEnd.of((ServerCallStreamObserver<Answer<T>>) observer),
        CallTimes.current());
  }

  /**
   * What to do when the answer has left or the caller has; may be called twice. To be said before
   * the service method returns, instead of {@link #waitsFor}.
   */
  void whenOver(Runnable action) {
    waiting = action::run;
    call.whenAnswered(action);
  }

  /** What to let go of when the caller leaves. */
  void waitsFor(Handle handle) {
    waiting = handle;
    if (call.isCancelled()) {
      handle.abandon();
    }
  }

  /** The caller has left. */
  @Override
  public void run() {
    waiting.abandon();
  }

  /** Whether nobody reads the answer any more. */
  boolean isCancelled() {
    return call.isCancelled();
  }

  /** The state is known to be fresh enough for this read. */
  void fresh() {
    if (times != null) {
      times.fresh = System.nanoTime();
    }
  }

  /** A read thread begins to read. */
  void reading() {
    if (times != null) {
      times.reading = System.nanoTime();
    }
  }

  @Override
  public void applied(long proposedNanos, long applyingNanos, long appliedNanos) {
    if (times != null) {
      times.proposed = proposedNanos;
      times.applying = applyingNanos;
      times.applied = appliedNanos;
    }
  }

  @Override
  public void succeeded(MessageLite response) {
    send(conversion.apply(response));
  }

  /** Answers with a message, whatever the call takes for one. */
  void sendWhole(MessageLite response) {
    send(conversion.apply(response));
  }

  /** Answers with the response. */
  void send(T response) {
    if (times != null && times.reading != 0) {
      times.answered = System.nanoTime();
    }
    call.answer(response);
  }

  @Override
  public void failed(EtcdError error) {
    call.fail(error.asException());
  }

  /** Answers with the error that another member gave to the same call. */
  void passOn(Throwable problem) {
    call.fail(Status.fromThrowable(problem).asRuntimeException());
  }

  /** Answers with what an exception of the store, or of sending, means to a client. */
  void failed(RuntimeException cause) {
    call.fail(meaningOf(cause));
  }

  /** What an exception of the store, or of sending, means to a client. */
  static StatusRuntimeException meaningOf(RuntimeException cause) {
    if (cause instanceof StatusRuntimeException status) {
      return status;
    }
    if (cause instanceof AuthException refused) {
      return refused.error().asException();
    }
    if (cause instanceof CompactedException) {
      return EtcdError.COMPACTED.asException();
    }
    if (cause instanceof FutureRevisionException) {
      return EtcdError.FUTURE_REVISION.asException();
    }
    LOG.error("a read failed", cause);
    return Status.INTERNAL
        .withDescription("kelson: the store could not be read; see this member's log")
        .asRuntimeException();
  }
}
