package io.kelson.server.rpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.RangeRequest;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Turns calls away that a learner does not serve, with {@code rpc not supported for learner}:
 * everything but Status, Snapshot and serializable Range. Health is among what is turned away, as
 * in etcd: nobody who balances calls by health should send any here.
 *
 * <p>Clients may send the rest to any voter instead; a learner is there to catch up and may be far
 * behind. A call is judged once, when it begins: a stream that began goes on. A member that was
 * added as a voter is none of these learners, though it has no vote until it has caught up.
 * Thread-safe.
 */
public final class LearnerGate implements ServerInterceptor {
  private static final String RANGE = KVGrpc.getRangeMethod().getFullMethodName();

  private static final Set<String> SERVED =
      Set.of(
          MaintenanceGrpc.getStatusMethod().getFullMethodName(),
          MaintenanceGrpc.getSnapshotMethod().getFullMethodName());

  private final BooleanSupplier isLearner;

  /**
   * @param isLearner whether this member is a learner just now; asked at every call, on its event
   *     loop
   */
  public LearnerGate(BooleanSupplier isLearner) {
    this.isLearner = isLearner;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (!isLearner.getAsBoolean() || SERVED.contains(method)) {
      return next.startCall(call, metadata);
    }
    if (method.equals(RANGE)) {
      return new SerializableOnly<>(call, next.startCall(call, metadata));
    }
    refuse(call);
    return new ServerCall.Listener<>() {};
  }

  private static void refuse(ServerCall<?, ?> call) {
    call.close(EtcdError.NOT_SUPPORTED_FOR_LEARNER.status(), new Metadata());
  }

  /** Whether a range is serializable only the request itself says. */
  private static final class SerializableOnly<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<?, ?> call;
    private boolean refused;

    SerializableOnly(ServerCall<?, ?> call, ServerCall.Listener<Q> next) {
      super(next);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      if (message instanceof RangeRequest range && range.getSerializable()) {
        super.onMessage(message);
      } else {
        refused = true;
        refuse(call);
      }
    }

    /** A handler that was given no request would answer that there was none. */
    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }
}
