package io.kelson.server.rpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.kelson.api.EtcdError;
import java.util.function.BooleanSupplier;

/**
 * Turns calls away at once that carry {@code hasleader: true} (clientv3's WithRequireLeader) while
 * no leader is known, instead of letting them wait for one. Lets the others know what was asked
 * for, so that a stream can be ended when its leader is lost later.
 */
final class RequireLeader implements ServerInterceptor {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<Boolean> REQUIRED = Context.keyWithDefault("hasleader", false);

  private final BooleanSupplier hasLeader;

  RequireLeader(BooleanSupplier hasLeader) {
    this.hasLeader = hasLeader;
  }

  /** Whether the call of the current context asked for a leader. */
  static boolean required() {
    return REQUIRED.get();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
    if (!"true".equals(metadata.get(HAS_LEADER))) {
      return next.startCall(call, metadata);
    }
    if (!hasLeader.getAsBoolean()) {
      call.close(EtcdError.NO_LEADER.status(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    Context context = Context.current().withValue(REQUIRED, true);
    return Contexts.interceptCall(context, call, metadata, next);
  }
}
