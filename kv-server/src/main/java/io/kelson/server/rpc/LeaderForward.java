package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.EtcdError;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.auth.AuthException;
import io.kelson.server.proto.MemberAttributes;
import io.kelson.server.tls.ChannelDial;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Passes calls that only a leader can answer on to it, as a client of it: rare ones, so each on a
 * connection of its own. A call that was passed on once is not passed on again.
 */
final class LeaderForward implements ServerInterceptor {
  static final Metadata.Key<String> HOPS =
      Metadata.Key.of("kelson-forwarded", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<Boolean> FORWARDED =
      Context.keyWithDefault("kelson-forwarded", false);

  private final ConsensusNode node;
  private final ChannelDial dial;
  private final long timeoutMillis;
  private final Supplier<AuthGuard> guard;

  /**
   * @param dial the way to other members' client ports
   * @param guard vouches for callers
   */
  LeaderForward(
      ConsensusNode node, ChannelDial dial, long timeoutMillis, Supplier<AuthGuard> guard) {
    this.guard = guard;
    this.node = node;
    this.dial = dial;
    this.timeoutMillis = timeoutMillis;
  }

  /** One of the calls. */
  @FunctionalInterface
  interface Call<T> {
    void make(ClusterGrpc.ClusterStub leader, StreamObserver<T> answer);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
    return metadata.get(HOPS) == null
        ? next.startCall(call, metadata)
        : Contexts.interceptCall(
            Context.current().withValue(FORWARDED, true), call, metadata, next);
  }

  /**
   * Passes the current call on, unless this member leads.
   *
   * @param attributes where members are found by their clients
   * @param ownHeader puts this member's header into the leader's answer
   * @return whether the caller is or will be answered
   */
  <T extends MessageLite> boolean maybeForward(
      Map<Long, MemberAttributes> attributes,
      Reply<T> reply,
      Call<T> call,
      UnaryOperator<T> ownHeader) {
    RaftStatus status = node.status();
    if (status.isLeader()) {
      return false;
    }
    MemberAttributes leader = attributes.get(status.leader());
    if (FORWARDED.get()) {
      reply.failed(EtcdError.NOT_LEADER);
    } else if (status.leader() == 0) {
      reply.failed(EtcdError.NO_LEADER);
    } else if (leader == null || leader.getClientUrlsCount() == 0) {
      // It leads, but has not said yet where its clients find it.
      reply.failed(EtcdError.NOT_LEADER);
    } else {
      forward(leader.getClientUrls(0), reply, call, ownHeader);
    }
    return true;
  }

  /** Whether the current call has been passed on once already. */
  static boolean isForwarded() {
    return FORWARDED.get();
  }

  /** A connection whose calls say that they are passed on. */
  static ManagedChannel connect(ChannelDial dial, String leaderUrl) {
    Metadata hops = new Metadata();
    hops.put(HOPS, "1");
    return dial.to(leaderUrl)
        .disableRetry()
        .proxyDetector(target -> null)
        .intercept(MetadataUtils.newAttachHeadersInterceptor(hops))
        .build();
  }

  /** What the leader said; if it was not to be reached, what etcd says then. */
  private static Throwable meaningOf(Throwable problem) {
    Status status = Status.fromThrowable(problem);
    boolean isOfTheWay =
        status.getCode() == Status.Code.UNAVAILABLE
            || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    boolean isItsOwn =
        status.getDescription() != null && status.getDescription().startsWith("etcdserver: ");
    return isOfTheWay && !isItsOwn ? EtcdError.TIMEOUT_LEADER_FAILURE.asException() : problem;
  }

  private <T extends MessageLite> void forward(
      String leaderUrl, Reply<T> reply, Call<T> call, UnaryOperator<T> ownHeader) {
    ManagedChannel channel = connect(dial, leaderUrl);
    ClusterGrpc.ClusterStub stub;
    try {
      stub = guard.get().vouch(ClusterGrpc.newStub(channel), AuthGuard.caller());
    } catch (AuthException e) {
      channel.shutdown();
      reply.failed(e.error());
      return;
    }
    // A caller who leaves must not take a change with it that is already being made.
    Context.ROOT.run(
        () ->
            call.make(
                stub.withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS),
                new StreamObserver<T>() {
                  @Override
                  public void onNext(T answer) {
                    reply.send(ownHeader.apply(answer));
                  }

                  @Override
                  public void onError(Throwable problem) {
                    reply.passOn(meaningOf(problem));
                    channel.shutdown();
                  }

                  @Override
                  public void onCompleted() {
                    channel.shutdown();
                  }
                }));
  }
}
