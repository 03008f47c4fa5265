package io.kelson.server.rpc;

import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.server.watch.WatchAnswer;
import io.kelson.server.watch.WatchAuthorizer;
import io.kelson.server.watch.WatchHub;
import io.kelson.server.watch.WatchSink;
import io.kelson.server.watch.WatchStream;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The Watch service: connects gRPC's streams with the {@link WatchHub}.
 *
 * <p>Reads one request at a time and sends only while the transport is ready, so that neither a
 * client that asks without reading nor one that reads slowly fills our memory. A client that half
 * closes keeps its watches, as with etcd: some send one request and then only listen.
 */
public final class WatchService implements BindableService {
  /** As much as pays for a flush; about what an HTTP/2 window takes at first (65,535). */
  private static final int RUN_BYTES = 64 << 10;

  private final WatchHub hub;
  private final Supplier<Executor> streamExecutor;
  private final Supplier<WatchAuthorizer> authorizer;
  private final BooleanSupplier requiresLeader;

  /**
   * @param streamExecutor asked when a stream opens: where to send its responses from; usually
   *     {@link #currentEventLoop}
   * @param authorizer asked when a stream opens, in its call's context: what its client may watch
   * @param requiresLeader asked when a stream opens, in its call's context: whether the client sent
   *     {@code hasleader: true}
   */
  public WatchService(
      WatchHub hub,
      Supplier<Executor> streamExecutor,
      Supplier<WatchAuthorizer> authorizer,
      BooleanSupplier requiresLeader) {
    this.hub = hub;
    this.streamExecutor = streamExecutor;
    this.authorizer = authorizer;
    this.requiresLeader = requiresLeader;
  }

  /**
   * The event loop this thread belongs to, or {@code fallback} if it is none. With a server on
   * {@code directExecutor} that is the loop of the call's connection: sending from there needs no
   * other thread.
   */
  public static Executor currentEventLoop(Executor fallback) {
    Executor loop = ThreadExecutorMap.currentExecutor();
    return loop != null ? loop : fallback;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return AnsweringMethods.replaced(
        new WatchGrpc.WatchImplBase() {}.bindService(),
        List.of(
            ServerMethodDefinition.create(
                AnsweringMethods.answering(WatchGrpc.getWatchMethod()),
                ServerCalls.asyncBidiStreamingCall(this::watch))));
  }

  private StreamObserver<WatchRequest> watch(StreamObserver<Answer<WatchResponse>> responses) {
    ServerCallStreamObserver<Answer<WatchResponse>> call =
        (ServerCallStreamObserver<Answer<WatchResponse>>) responses;
    call.disableAutoRequest();
    WatchStream stream =
        hub.open(
            new CallSink(call),
            streamExecutor.get(),
            authorizer.get(),
            requiresLeader.getAsBoolean());
    call.setOnReadyHandler(stream::onReady);
    call.setOnCancelHandler(stream::cancelled);
    call.request(1);
    return new Requests(stream);
  }

  /** What the client sends. */
  private record Requests(WatchStream stream) implements StreamObserver<WatchRequest> {
    @Override
    public void onNext(WatchRequest request) {
      stream.request(request);
    }

    @Override
    public void onError(Throwable cause) {
      stream.cancelled();
    }

    @Override
    public void onCompleted() {
      // Half closed: nothing more to ask, but it goes on listening.
    }
  }

  /** What the client hears. */
  private record CallSink(ServerCallStreamObserver<Answer<WatchResponse>> call)
      implements WatchSink {
    @Override
    public boolean isReady() {
      return call.isReady();
    }

    @Override
    public void send(WatchResponse response) {
      call.onNext(Answer.of(response));
    }

    @Override
    public int runBytes() {
      return RUN_BYTES;
    }

    @Override
    public void sendRun(List<WatchAnswer> run) {
      call.onNext(new WatchAnswers(run));
    }

    @Override
    public void complete(Status status) {
      if (!call.isCancelled()) {
        call.onError(status.asRuntimeException());
      }
    }

    @Override
    public void requestNext() {
      call.request(1);
    }
  }
}
