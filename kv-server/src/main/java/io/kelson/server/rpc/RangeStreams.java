package io.kelson.server.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RangeStreamResponse;
import io.kelson.server.apply.RequestChecks;
import io.kelson.server.mvcc.StoreView;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The RangeStream call: the answer to a range in chunks that are disjoint and in key order; merged,
 * they are what Range would answer.
 *
 * <p>At most {@value #MAX_STREAMS} streams hold chunks at a time, the others wait in order, and
 * beyond {@value #MAX_WAITING} of them calls are refused with {@code too many requests}.
 */
final class RangeStreams {
  static final int MAX_STREAMS = 32;
  static final int MAX_WAITING = 1024;

  private final AuthGuard guard;
  private final StoreReads reads;
  private final ReadThreads threads;
  private final Headers headers;
  private final int chunkBytes;

  /** Guarded by this. */
  private final Queue<RangeStreamCall> waiting = new ArrayDeque<>();

  /** Guarded by this. */
  private int running;

  /**
   * @param chunkBytes what the size of chunks is steered towards; none is larger by more than a
   *     pair
   */
  RangeStreams(
      AuthGuard guard, StoreReads reads, ReadThreads threads, Headers headers, int chunkBytes) {
    this.guard = guard;
    this.reads = reads;
    this.threads = threads;
    this.headers = headers;
    this.chunkBytes = chunkBytes;
  }

  /** RangeStream. */
  void rangeStream(RangeRequest request, StreamObserver<Answer<RangeStreamResponse>> observer) {
    Reply<Answer<RangeStreamResponse>> reply = Reply.answering(RangeStreamResponse.class, observer);
    EtcdError error = RequestChecks.check(request);
    if (error != null) {
      reply.failed(error);
      return;
    }
    String unsupported = unsupported(request);
    if (unsupported != null) {
      reply.failed(Status.UNIMPLEMENTED.withDescription(unsupported).asRuntimeException());
    } else if (RangeStreamCall.isOneMessage(request)) {
      reads.answer(
          request.getSerializable(),
          StoreReads.slow(
              AuthGuard.caller(),
              (state, who, view) -> state.requireRead(who, request.getKey(), request.getRangeEnd()),
              view -> whole(request, view)),
          reply);
    } else {
      begin(request, reply, (ServerCallStreamObserver<Answer<RangeStreamResponse>>) observer);
    }
  }

  /** In etcd's words. An order without a target, or by key ascending, is what comes anyway. */
  private static String unsupported(RangeRequest request) {
    boolean keyOrder =
        request.getSortOrder() == RangeRequest.SortOrder.NONE
            || (request.getSortOrder() == RangeRequest.SortOrder.ASCEND
                && request.getSortTarget() == RangeRequest.SortTarget.KEY);
    if (!keyOrder) {
      return "RangeStream does not support custom sort orders";
    }
    boolean filters =
        request.getMinModRevision() != 0
            || request.getMaxModRevision() != 0
            || request.getMinCreateRevision() != 0
            || request.getMaxCreateRevision() != 0;
    return filters ? "RangeStream does not support revision filters" : null;
  }

  private Answer<RangeStreamResponse> whole(RangeRequest request, StoreView view) {
    RangeResponse response = RangeCalls.response(view.range(request), view, headers);
    return Answer.of(RangeStreamResponse.newBuilder().setRangeResponse(response).build());
  }

  private void begin(
      RangeRequest request,
      Reply<Answer<RangeStreamResponse>> reply,
      ServerCallStreamObserver<Answer<RangeStreamResponse>> observer) {
    // A sort target without an order means nothing here.
    RangeRequest inKeyOrder = request.toBuilder().clearSortOrder().clearSortTarget().build();
    RangeStreamCall call =
        new RangeStreamCall(
            inKeyOrder, observer, guard, threads, headers, chunkBytes, this::finished);
    observer.setOnReadyHandler(call::goOn);
    reply.whenOver(call::goOn);
    reads.whenFresh(request.getSerializable(), () -> admit(call, reply), reply::failed);
  }

  private void admit(RangeStreamCall call, Reply<?> reply) {
    boolean starts;
    synchronized (this) {
      starts = running < MAX_STREAMS;
      if (starts) {
        running++;
      } else if (waiting.size() < MAX_WAITING) {
        waiting.add(call);
        return;
      }
    }
    if (starts) {
      call.start();
    } else {
      reply.failed(EtcdError.TOO_MANY_REQUESTS);
    }
  }

  private void finished() {
    RangeStreamCall next;
    synchronized (this) {
      next = waiting.poll();
      if (next == null) {
        running--;
      }
    }
    if (next != null) {
      next.start();
    }
  }
}
