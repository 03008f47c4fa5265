package io.kelson.server.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.server.apply.RequestChecks;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Identity;
import io.kelson.server.mvcc.RangeResult;
import io.kelson.server.mvcc.RangeScan;
import io.kelson.server.mvcc.StoreView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * The Range call.
 *
 * <p>One key is answered on the event loop if it is in memory. Ranges go to the read threads. What
 * is small, or fits in a budget shared by all, is collected and sent; what is larger is measured
 * and then read once more while it is sent, so that memory does not depend on its size. Orders
 * other than that of the keys need all pairs at once.
 */
final class RangeCalls {
  /** So much is always collected; a client could ask for as much in single keys. */
  private static final int SMALL_BYTES = 64 << 10;

  private static final int MAX_WHOLE_BYTES = 4 << 20;
  private static final long WHOLE_BYTES_IN_ALL = 64L << 20;

  private final AuthGuard guard;
  private final StoreReads reads;
  private final ReadThreads threads;
  private final Headers headers;
  private final WholeBytes whole = new WholeBytes(WHOLE_BYTES_IN_ALL);

  RangeCalls(AuthGuard guard, StoreReads reads, ReadThreads threads, Headers headers) {
    this.guard = guard;
    this.reads = reads;
    this.threads = threads;
    this.headers = headers;
  }

  /** Range. */
  void range(RangeRequest request, StreamObserver<Answer<RangeResponse>> observer) {
    Reply<Answer<RangeResponse>> reply = Reply.answering(RangeResponse.class, observer);
    if (isOfOneKey(request)) {
      oneKey(request, reply);
      return;
    }
    EtcdError error = RequestChecks.check(request);
    if (error != null) {
      reply.failed(error);
    } else {
      new Call(request, reply, (ServerCallStreamObserver<?>) observer).begin();
    }
  }

  /** Whether {@link #oneKey} answers it. */
  static boolean isOfOneKey(RangeRequest request) {
    return request.getRangeEnd().isEmpty();
  }

  /** A Range of one key. */
  void oneKey(RangeRequest request, Reply<? super SmallAnswer<RangeResponse>> reply) {
    EtcdError error = RequestChecks.check(request);
    if (error != null) {
      reply.failed(error);
    } else {
      reads.answer(
          request.getSerializable(), new SingleKey(request, headers, AuthGuard.caller()), reply);
    }
  }

  static RangeResponse response(RangeResult result, StoreView view, Headers headers) {
    return RangeResponse.newBuilder()
        .setHeader(headers.at(view.revision()))
        .addAllKvs(result.kvs())
        .setMore(result.more())
        .setCount(result.count())
        .build();
  }

  private record SingleKey(RangeRequest request, Headers headers, Caller caller)
      implements StoreReads.Query<SmallAnswer<RangeResponse>> {
    @Override
    public void requireAllowed(AuthState state, Identity who, StoreView view) {
      state.requireRead(who, request.getKey(), request.getRangeEnd());
    }

    @Override
    public SmallAnswer<RangeResponse> inMemory(StoreView view) {
      if (isForThePairAsItIs()) {
        byte[] pair = view.maybePairInMemory(request.getKey());
        return pair == StoreView.NOT_IN_MEMORY
            ? null
            : new PairAnswer(headers.fieldAt(view.revision()), pair);
      }
      RangeResult result = view.maybeRangeInMemory(request).orElse(null);
      return result == null ? null : SmallAnswer.of(response(result, view, headers));
    }

    /** Most are: neither for something older, nor for a part of it, nor under a condition. */
    private boolean isForThePairAsItIs() {
      return request.getRevision() <= 0
          && !request.getCountOnly()
          && !request.getKeysOnly()
          && request.getMinModRevision() == 0
          && request.getMaxModRevision() == 0
          && request.getMinCreateRevision() == 0
          && request.getMaxCreateRevision() == 0;
    }

    @Override
    public SmallAnswer<RangeResponse> evaluate(StoreView view) {
      return SmallAnswer.of(response(view.range(request), view, headers));
    }
  }

  /** One call for a range of keys. */
  private final class Call implements Guarded {
    private final RangeRequest request;
    private final Reply<Answer<RangeResponse>> reply;
    private final SendGate gate;
    private final Caller caller = AuthGuard.caller();

    /** Touched by the thread that works on the call, before it answers, and by the last one. */
    private long taken;

    Call(
        RangeRequest request,
        Reply<Answer<RangeResponse>> reply,
        ServerCallStreamObserver<?> observer) {
      this.request = request;
      this.reply = reply;
      this.gate =
          new SendGate(
              observer::isReady,
              observer::isCancelled,
              threads.turns(),
              SendGate.STALL_LIMIT_NANOS);
      observer.setOnReadyHandler(gate::changed);
      reply.whenOver(this::over);
    }

    @Override
    public Caller caller() {
      return caller;
    }

    @Override
    public void requireAllowed(AuthState state, Identity who, StoreView view) {
      state.requireRead(who, request.getKey(), request.getRangeEnd());
    }

    void begin() {
      reads.whenFresh(request.getSerializable(), this::fresh, reply::failed);
    }

    private void fresh() {
      if (!request.getSerializable()) {
        reply.fresh();
      }
      execute(this::evaluate);
    }

    private void execute(Runnable work) {
      try {
        threads.execute(work);
      } catch (RejectedExecutionException e) {
        reply.failed(EtcdError.TOO_MANY_REQUESTS);
      }
    }

    private void evaluate() {
      if (reply.isCancelled()) {
        return;
      }
      reply.reading();
      try (StoreView view = guard.acquire(this)) {
        if (request.getCountOnly() || !RangeScan.inKeyOrder(request)) {
          reply.send(Answer.of(response(view.range(request), view, headers)));
        } else {
          collect(view);
        }
      } catch (RuntimeException e) {
        reply.failed(e);
      }
    }

    private void collect(StoreView view) {
      List<byte[]> pairs = new ArrayList<>();
      int bytes = 0;
      try (RangeScan scan = view.scan(request)) {
        for (byte[] pair = scan.next(); pair != null; pair = scan.next()) {
          pairs.add(pair);
          bytes += RangeWire.pairSize(pair.length);
          if (bytes > MAX_WHOLE_BYTES) {
            sendLarge(view.retain());
            return;
          }
        }
        if (bytes > SMALL_BYTES && !maybeTake(bytes)) {
          sendLarge(view.retain());
        } else {
          reply.send(new PairsAnswer<>(head(view), writing(pairs), bytes, tail(scan)));
        }
      }
    }

    private static PairsAnswer.Pairs writing(List<byte[]> pairs) {
      return out -> {
        for (byte[] pair : pairs) {
          RangeWire.writePair(out, pair, pair.length);
        }
      };
    }

    private synchronized boolean maybeTake(long bytes) {
      if (!reply.isCancelled() && whole.maybeTake(bytes)) {
        taken = bytes;
        return true;
      }
      return false;
    }

    private void sendLarge(StoreView view) {
      try {
        threads.executeLarge(() -> measureAndSend(view));
      } catch (RejectedExecutionException e) {
        view.close();
        reply.failed(EtcdError.TOO_MANY_REQUESTS);
      }
    }

    private void measureAndSend(StoreView view) {
      try (view) {
        gate.work(
            () -> {
              StreamedAnswer answer = measure(view);
              if (answer != null) {
                reply.send(answer);
              }
            });
      } catch (RuntimeException e) {
        reply.failed(e);
      }
    }

    /** Adds up how long the answer will be; null if it has been refused as too long. */
    private StreamedAnswer measure(StoreView view) {
      byte[] head = head(view);
      long bytes = head.length;
      long sinceYield = 0;
      try (RangeScan scan = view.largeScan(request)) {
        for (int length = scan.skip(); length >= 0; length = scan.skip()) {
          int size = RangeWire.pairSize(length);
          bytes += size;
          sinceYield += size;
          if (sinceYield > MAX_WHOLE_BYTES) {
            gate.yieldTurn();
            sinceYield = 0;
          }
        }
        byte[] tail = tail(scan);
        bytes += tail.length;
        if (bytes > Integer.MAX_VALUE) {
          // In the words of etcd's gRPC library.
          reply.failed(
              Status.RESOURCE_EXHAUSTED
                  .withDescription(
                      "grpc: trying to send message larger than max ("
                          + bytes
                          + " vs. "
                          + Integer.MAX_VALUE
                          + ")")
                  .asRuntimeException());
          return null;
        }
        return new StreamedAnswer(request, view, head, tail, (int) bytes, gate);
      }
    }

    private byte[] head(StoreView view) {
      return RangeResponse.newBuilder()
          .setHeader(headers.at(view.revision()))
          .build()
          .toByteArray();
    }

    private static byte[] tail(RangeScan scan) {
      return RangeResponse.newBuilder()
          .setMore(scan.more())
          .setCount(scan.count())
          .build()
          .toByteArray();
    }

    /** The answer is out, or nobody wants it any more. */
    private synchronized void over() {
      whole.giveBack(taken);
      taken = 0;
      gate.changed();
    }
  }
}
