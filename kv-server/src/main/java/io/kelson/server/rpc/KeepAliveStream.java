package io.kelson.server.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.ResponseHeader;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * One client's stream of renewals. Many may wait at once, so that they share a confirmation of
 * leadership; answers leave in the order of the questions. Touched on the call's event loop only,
 * but for {@link Question}, which may be answered anywhere.
 */
final class KeepAliveStream implements StreamObserver<LeaseKeepAliveRequest> {
  /** Questions of one stream that may wait; further ones stay in the transport. */
  static final int MAX_WAITING = 256;

  /** Where renewals are made: here, or at the leader. */
  interface Renewals {
    void renew(Question question);

    /** The client asks nothing more and hears nothing more. */
    default void closed() {}
  }

  private final ServerCallStreamObserver<LeaseKeepAliveResponse> call;
  private final EventExecutor loop;
  private final Renewals renewals;
  private final Supplier<ResponseHeader> headers;
  private final Queue<Question> waiting = new ArrayDeque<>();
  private boolean halfClosed;
  private boolean ended;

  /** Questions that were answered while the client did not read. */
  private int owed;

  private KeepAliveStream(
      ServerCallStreamObserver<LeaseKeepAliveResponse> call,
      EventExecutor loop,
      Renewals renewals,
      Supplier<ResponseHeader> headers) {
    this.call = call;
    this.loop = loop;
    this.renewals = renewals;
    this.headers = headers;
  }

  /** For a call that has just come in; must be made before the service method returns. */
  static KeepAliveStream open(
      StreamObserver<LeaseKeepAliveResponse> responses,
      EventExecutor loop,
      Renewals renewals,
      Supplier<ResponseHeader> headers) {
    ServerCallStreamObserver<LeaseKeepAliveResponse> call =
        (ServerCallStreamObserver<LeaseKeepAliveResponse>) responses;
    KeepAliveStream stream = new KeepAliveStream(call, loop, renewals, headers);
    call.disableAutoRequest();
    call.setOnCancelHandler(stream::end);
    call.setOnReadyHandler(stream::readOn);
    call.request(MAX_WAITING);
    return stream;
  }

  /** One renewal that waits. Its header says what the store was when it was asked for. */
  final class Question {
    private final long leaseId;
    private final ResponseHeader header = headers.get();
    private LeaseKeepAliveResponse response;

    private Question(long leaseId) {
      this.leaseId = leaseId;
    }

    long leaseId() {
      return leaseId;
    }

    /**
     * Answers; any thread.
     *
     * @param ttlSeconds 0 if there is no such lease any more
     */
    void answered(long ttlSeconds) {
      onLoop(
          () -> {
            response =
                LeaseKeepAliveResponse.newBuilder()
                    .setHeader(header)
                    .setID(leaseId)
                    .setTTL(ttlSeconds)
                    .build();
            sendAnswered();
          });
    }

    /** Ends the whole stream, as etcd does; any thread. */
    void failed(EtcdError error) {
      onLoop(() -> fail(error.status()));
    }
  }

  private void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  @Override
  public void onNext(LeaseKeepAliveRequest request) {
    if (!ended) {
      Question question = new Question(request.getID());
      waiting.add(question);
      renewals.renew(question);
    }
  }

  private void sendAnswered() {
    int sent = 0;
    while (!ended && !waiting.isEmpty() && waiting.peek().response != null) {
      call.onNext(waiting.poll().response);
      sent++;
    }
    owed += sent;
    readOn();
    maybeComplete();
  }

  private void readOn() {
    if (!ended && owed > 0 && call.isReady()) {
      call.request(owed);
      owed = 0;
    }
  }

  private void maybeComplete() {
    if (!ended && halfClosed && waiting.isEmpty()) {
      end();
      call.onCompleted();
    }
  }

  /** Ends the stream with that status; on the event loop. */
  private void fail(Status status) {
    if (!ended) {
      end();
      call.onError(status.asRuntimeException());
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      waiting.clear();
      renewals.closed();
    }
  }

  @Override
  public void onError(Throwable cause) {
    end();
  }

  @Override
  public void onCompleted() {
    halfClosed = true;
    maybeComplete();
  }
}
