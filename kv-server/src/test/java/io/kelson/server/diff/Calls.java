package io.kelson.server.diff;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RangeStreamResponse;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Calls to one server, with ids masked in what comes back. */
final class Calls {
  private static final long PATIENCE_SECONDS = 30;

  private Calls() {}

  /** A call under way. */
  interface Pending {
    Answer await() throws InterruptedException;
  }

  private static CallOptions options() {
    return CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static <Q extends Message, A extends Message> Pending start(
      Server server, int member, MethodDescriptor<Q, A> method, Q request) {
    ListenableFuture<A> future =
        ClientCalls.futureUnaryCall(server.channel(member).newCall(method, options()), request);
    return () -> {
      try {
        return Answer.of(server.identity(member).masked(future.get()));
      } catch (ExecutionException e) {
        return Answer.of(Status.fromThrowable(e.getCause()));
      }
    };
  }

  /** What the chunks of a RangeStream amount to. */
  static Answer rangeStream(Server server, int member, RangeRequest request) {
    RangeResponse.Builder whole = RangeResponse.newBuilder();
    try {
      Iterator<RangeStreamResponse> chunks =
          ClientCalls.blockingServerStreamingCall(
              server.channel(member), KVGrpc.getRangeStreamMethod(), options(), request);
      while (chunks.hasNext()) {
        whole.mergeFrom(chunks.next().getRangeResponse());
      }
    } catch (io.grpc.StatusRuntimeException e) {
      return Answer.of(e.getStatus());
    }
    return Answer.of(server.identity(member).masked(whole.build()));
  }

  /** A stream of keep-alives, used one request at a time. */
  static final class KeepAlives
      implements ClientResponseObserver<LeaseKeepAliveRequest, LeaseKeepAliveResponse> {
    private final Identity identity;
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private ClientCallStreamObserver<LeaseKeepAliveRequest> requests;

    KeepAlives(Server server, int member) {
      identity = server.identity(member);
      ClientCalls.asyncBidiStreamingCall(
          server.channel(member).newCall(LeaseGrpc.getLeaseKeepAliveMethod(), options()), this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<LeaseKeepAliveRequest> stream) {
      requests = stream;
    }

    @Override
    public void onNext(LeaseKeepAliveResponse response) {
      answers.add(Answer.of(identity.masked(response)));
    }

    @Override
    public void onError(Throwable cause) {
      answers.add(Answer.of(Status.fromThrowable(cause)));
    }

    @Override
    public void onCompleted() {
      answers.add(Answer.of(Status.OK));
    }

    void send(LeaseKeepAliveRequest request) {
      requests.onNext(request);
    }

    void halfClose() {
      requests.onCompleted();
    }

    /** The next message or how the stream ended. */
    Answer next() throws InterruptedException {
      Answer answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return answer == null ? Answer.NOTHING : answer;
    }
  }
}
