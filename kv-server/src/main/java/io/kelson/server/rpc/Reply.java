package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.server.mvcc.CompactedException;
import io.kelson.server.mvcc.FutureRevisionException;
import io.kelson.server.rpc.Proposals.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer one unary call gets: a response or an error, unless the caller has left.
 *
 * @param <T> the response's type
 */
final class Reply<T extends MessageLite> implements Outcome {
  private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

  private final Class<T> type;
  private final ServerCallStreamObserver<T> call;
  private volatile Handle waiting = Handle.DONE;

  private Reply(Class<T> type, ServerCallStreamObserver<T> call) {
    this.type = type;
    this.call = call;
  }

  /** For a call that has just come in; must be made before the service method returns. */
  static <T extends MessageLite> Reply<T> to(Class<T> type, StreamObserver<T> observer) {
    ServerCallStreamObserver<T> call = (ServerCallStreamObserver<T>) observer;
    Reply<T> reply = new Reply<>(type, call);
    // With a handler set, answering a call that was cancelled meanwhile is ignored, not an error.
    call.setOnCancelHandler(() -> reply.waiting.abandon());
    return reply;
  }

  /** What to let go of when the caller leaves. */
  void waitsFor(Handle handle) {
    waiting = handle;
    if (call.isCancelled()) {
      handle.abandon();
    }
  }

  /** Whether nobody reads the answer any more. */
  boolean isCancelled() {
    return call.isCancelled();
  }

  @Override
  public void succeeded(MessageLite response) {
    send(type.cast(response));
  }

  /** Answers with the response. */
  void send(T response) {
    call.onNext(response);
    call.onCompleted();
  }

  @Override
  public void failed(EtcdError error) {
    call.onError(error.asException());
  }

  /** Answers with the error that another member gave to the same call. */
  void passOn(Throwable problem) {
    call.onError(Status.fromThrowable(problem).asRuntimeException());
  }

  /** Answers with what an exception of the store means to a client. */
  void failed(RuntimeException cause) {
    if (cause instanceof CompactedException) {
      failed(EtcdError.COMPACTED);
    } else if (cause instanceof FutureRevisionException) {
      failed(EtcdError.FUTURE_REVISION);
    } else {
      LOG.error("a read failed", cause);
      call.onError(
          Status.INTERNAL
              .withDescription("kelson: the store could not be read; see this member's log")
              .asRuntimeException());
    }
  }
}
