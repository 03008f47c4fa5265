package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line about every unary call to keys and leases that took too long, saying in which stage
 * the time went. At most {@value #LINES_PER_SECOND} lines a second.
 *
 * <p>A call that is fast pays for two looks at the clock, beside those its stages need anyway.
 * Calls that are there to wait, as for a lock, are left alone. Thread-safe.
 */
public final class SlowRequests implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(SlowRequests.class);
  private static final int LINES_PER_SECOND = 10;
  private static final Set<String> WATCHED = Set.of(KVGrpc.SERVICE_NAME, LeaseGrpc.SERVICE_NAME);

  private final long limitNanos;
  private final LineLimit lines = new LineLimit(LINES_PER_SECOND, System::nanoTime);
  private final LongAdder slow = new LongAdder();

  /**
   * @param limit what takes longer is slow; zero: nothing is
   */
  public SlowRequests(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  /** How many were slow since the start. */
  public long count() {
    return slow.sum();
  }

  /** The same services, watched where that makes sense. */
  public List<ServerServiceDefinition> watching(List<ServerServiceDefinition> services) {
    if (limitNanos == 0) {
      return services;
    }
    return services.stream().map(this::maybeWatch).toList();
  }

  private ServerServiceDefinition maybeWatch(ServerServiceDefinition service) {
    return WATCHED.contains(service.getServiceDescriptor().getName())
        ? ServerInterceptors.intercept(service, this)
        : service;
  }

  /** Times for a call that begins now, or null if nothing is slow. */
  CallTimes begin() {
    return limitNanos == 0 ? null : new CallTimes(System.nanoTime());
  }

  /**
   * A call that {@link #begin} was called for is over.
   *
   * @param request null if there was none
   * @param responseBytes 0 if there was no response
   */
  void over(String method, CallTimes times, Object request, int responseBytes, Status.Code code) {
    long now = System.nanoTime();
    if (now - times.begun <= limitNanos) {
      return;
    }
    slow.increment();
    long leftOut = lines.ask();
    if (leftOut >= 0) {
      LOG.warn(
          "slow request: {} took={}ms{}{}{} status={}{}",
          method,
          CallTimes.millis(now - times.begun),
          times.stages(now),
          RequestText.of(request),
          responseBytes == 0 ? "" : " response_bytes=" + responseBytes,
          code,
          leftOut == 0 ? "" : "; " + leftOut + " more were slow and have no line");
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
    if (call.getMethodDescriptor().getType() != MethodType.UNARY) {
      return next.startCall(call, metadata);
    }
    Answering<Q, A> answering = new Answering<>(call);
    return new Watched<>(answering, next.startCall(answering, metadata));
  }

  /** Remembers the answer's size and status. */
  private static final class Answering<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private int responseBytes;
    private Status status = Status.CANCELLED;

    Answering(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public void sendMessage(A message) {
      if (message instanceof MessageLite response) {
        // Computed once, here or by gRPC.
        responseBytes = response.getSerializedSize();
      }
      super.sendMessage(message);
    }

    @Override
    public void close(Status closing, Metadata trailers) {
      status = closing;
      super.close(closing, trailers);
    }
  }

  private final class Watched<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Answering<Q, ?> call;
    private final CallTimes times = new CallTimes(System.nanoTime());
    private Q request;

    Watched(Answering<Q, ?> call, ServerCall.Listener<Q> next) {
      super(next);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      request = message;
      super.onMessage(message);
    }

    /** The service method is called in here. */
    @Override
    public void onHalfClose() {
      times.enter();
      try {
        super.onHalfClose();
      } finally {
        CallTimes.leave();
      }
    }

    @Override
    public void onComplete() {
      super.onComplete();
      over();
    }

    @Override
    public void onCancel() {
      super.onCancel();
      over();
    }

    private void over() {
      String method = call.getMethodDescriptor().getFullMethodName();
      SlowRequests.this.over(method, times, request, call.responseBytes, call.status.getCode());
      request = null;
    }
  }
}
