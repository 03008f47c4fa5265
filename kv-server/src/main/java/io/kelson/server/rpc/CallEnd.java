package io.kelson.server.rpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * Where the answer of a unary call goes: one of {@link #answer} and {@link #fail} is called, once.
 * For a call whose caller has left that does nothing.
 *
 * @param <T> what the call is answered with
 */
interface CallEnd<T> {
  /** Sends the response, and with it the call ends. Any thread. */
  void answer(T response);

  /** Ends the call with an error. Any thread. */
  void fail(StatusRuntimeException problem);

  /** Whether nobody reads the answer any more. */
  boolean isCancelled();

  /** What to do if the caller leaves; to be said before the service method returns. */
  void whenCancelled(Runnable action);

  /** What to do when the answer has left; to be said before the service method returns. */
  void whenAnswered(Runnable action);

  /** The end of a call that gRPC handed to a service method. */
  static <T> CallEnd<T> of(ServerCallStreamObserver<T> call) {
    return new Observed<>(call);
  }

  /** See {@link #of}. */
  record Observed<T>(ServerCallStreamObserver<T> call) implements CallEnd<T> {
    @Override
    public void answer(T response) {
      call.onNext(response);
      call.onCompleted();
    }

    @Override
    public void fail(StatusRuntimeException problem) {
      call.onError(problem);
    }

    @Override
    public boolean isCancelled() {
      return call.isCancelled();
    }

    @Override
    public void whenCancelled(Runnable action) {
      call.setOnCancelHandler(action);
    }

    @Override
    public void whenAnswered(Runnable action) {
      call.setOnCloseHandler(action);
    }
  }
}
