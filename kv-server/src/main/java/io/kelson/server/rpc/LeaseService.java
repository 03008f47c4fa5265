package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.LeaseLeasesRequest;
import io.kelson.api.LeaseLeasesResponse;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseRevokeResponse;
import io.kelson.api.LeaseStatus;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.LeaseTimeToLiveResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Identity;
import io.kelson.server.lease.LeaseAnswer;
import io.kelson.server.lease.Lessor;
import io.kelson.server.mvcc.LeaseRecord;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * etcdserverpb.Lease. Grants and revocations go through the log from any member. Only the leader
 * knows how long a lease has to live, so any other member passes renewals and TimeToLive on to it.
 */
final class LeaseService extends LeaseGrpc.LeaseImplBase {
  /** As etcd: some 285 years. */
  static final long MAX_TTL_SECONDS = 9_000_000_000L;

  private final Proposals proposals;
  private final LinearizableReads linearizable;
  private final StoreReads reads;
  private final MvccStore store;
  private final Lessor lessor;
  private final Headers headers;
  private final LeaderChannel leader;
  private final long minTtlSeconds;
  private final AuthGuard guard;

  /**
   * @param leader the way to whoever leads
   * @param minTtlSeconds what shorter leases are raised to; see {@link #minTtlSeconds(int, int)}
   */
  LeaseService(
      Proposals proposals,
      LinearizableReads linearizable,
      StoreReads reads,
      MvccStore store,
      Lessor lessor,
      Headers headers,
      LeaderChannel leader,
      long minTtlSeconds,
      AuthGuard guard) {
    this.guard = guard;
    this.proposals = proposals;
    this.linearizable = linearizable;
    this.reads = reads;
    this.store = store;
    this.lessor = lessor;
    this.headers = headers;
    this.leader = leader;
    this.minTtlSeconds = minTtlSeconds;
  }

  /**
   * The shortest lease, as etcd computes it: one and a half election timeouts in whole heartbeats,
   * rounded up to seconds. A shorter one could not be renewed over an election.
   */
  static long minTtlSeconds(int heartbeatMillis, int electionMillis) {
    long millis = 3L * (electionMillis / heartbeatMillis) / 2 * heartbeatMillis;
    return (millis + 999) / 1000;
  }

  @Override
  public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
    Reply<LeaseGrantResponse> reply = Reply.to(LeaseGrantResponse.class, observer);
    if (request.getTTL() > MAX_TTL_SECONDS) {
      reply.failed(EtcdError.LEASE_TTL_TOO_LARGE);
      return;
    }
    // Here and not where it is applied: what members are configured with may differ.
    LeaseGrantRequest settled =
        LeaseGrantRequest.newBuilder()
            .setID(request.getID() == 0 ? newId() : request.getID())
            .setTTL(Math.max(request.getTTL(), minTtlSeconds))
            .build();
    propose(InternalRequest.newBuilder().setLeaseGrant(settled), reply);
  }

  /** Two alike among a billion leases are one in a billion; the second would be refused. */
  private static long newId() {
    return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
  }

  @Override
  public void leaseRevoke(
      LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> observer) {
    propose(
        InternalRequest.newBuilder().setLeaseRevoke(request),
        Reply.to(LeaseRevokeResponse.class, observer));
  }

  private void propose(InternalRequest.Builder request, Reply<?> reply) {
    EtcdError refused = guard.sign(request);
    if (refused != null) {
      reply.failed(refused);
    } else {
      reply.waitsFor(proposals.submit(request, CallLoop.current(), reply));
    }
  }

  @Override
  public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
      StreamObserver<LeaseKeepAliveResponse> responses) {
    EventExecutor loop = CallLoop.current();
    Caller caller = AuthGuard.caller();
    KeepAliveStream.Renewals renewals =
        leader.leadsHere() ? question -> renew(question, loop, caller) : forwarded(caller);
    return KeepAliveStream.open(responses, loop, renewals, this::header);
  }

  private KeepAliveStream.Renewals forwarded(Caller caller) {
    Channel channel = leader.maybeOpen(store.memberAttributes());
    if (channel == null) {
      return question -> question.failed(leader.obstacle());
    }
    try {
      LeaseGrpc.LeaseStub stub = guard.vouch(LeaseGrpc.newStub(channel), caller);
      return new VouchedRenewals(guard, caller, ForwardedRenewals.open(stub));
    } catch (AuthException e) {
      return question -> question.failed(e.error());
    }
  }

  /** The leader trusts us to know who asks: so look whether that is still true. */
  private record VouchedRenewals(AuthGuard guard, Caller caller, KeepAliveStream.Renewals leader)
      implements KeepAliveStream.Renewals {
    @Override
    public void renew(KeepAliveStream.Question question) {
      try {
        AuthState state = guard.state();
        state.requireUser(AuthGuard.identify(caller, state));
      } catch (AuthException e) {
        question.failed(e.error());
        return;
      }
      leader.renew(question);
    }

    @Override
    public void closed() {
      leader.closed();
    }
  }

  /** What is attached to a lease lives as long as it does. */
  private record AttachedKeys(long lease, Caller caller) implements Guarded {
    @Override
    public void requireAllowed(AuthState state, Identity who, StoreView view) {
      state.requireUser(who);
      if (!state.isRoot(who)) {
        view.leaseKeys(lease).forEach(key -> state.requireWrite(who, key, ByteString.EMPTY));
      }
    }
  }

  private static void requireReadable(AuthState state, Identity who, StoreView view, long lease) {
    view.leaseKeys(lease).forEach(key -> state.requireRead(who, key, ByteString.EMPTY));
  }

  private ResponseHeader header() {
    return headers.at(store.currentRevision());
  }

  private void renew(KeepAliveStream.Question question, EventExecutor loop, Caller caller) {
    whenConfirmed(
        loop,
        (term, answer) ->
            reads.whenAllowed(
                new AttachedKeys(question.leaseId(), caller),
                () -> lessor.renew(term, question.leaseId(), answer),
                answer::failed),
        new LeaseAnswer() {
          @Override
          public void answered(long ttlSeconds) {
            question.answered(ttlSeconds);
          }

          @Override
          public void failed(EtcdError error) {
            question.failed(error);
          }
        });
  }

  /** A question to the lessor. */
  @FunctionalInterface
  private interface TermQuestion {
    void ask(long term, LeaseAnswer answer);
  }

  /** Asks once a majority has confirmed that this member leads; all that wait share a round. */
  private void whenConfirmed(EventExecutor loop, TermQuestion question, LeaseAnswer answer) {
    long term = lessor.term();
    if (term == 0) {
      answer.failed(EtcdError.LEADER_CHANGED);
      return;
    }
    linearizable.submit(
        loop,
        new LinearizableReads.Read() {
          @Override
          public void ready() {
            question.ask(term, answer);
          }

          @Override
          public void failed(EtcdError error) {
            answer.failed(error);
          }
        });
  }

  @Override
  public void leaseTimeToLive(
      LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> observer) {
    Reply<LeaseTimeToLiveResponse> reply = Reply.to(LeaseTimeToLiveResponse.class, observer);
    if (!leader.leadsHere()) {
      forward(request, reply);
      return;
    }
    Caller caller = AuthGuard.caller();
    whenConfirmed(
        CallLoop.current(),
        (term, answer) -> lessor.remaining(term, request.getID(), answer),
        new LeaseAnswer() {
          @Override
          public void answered(long millis) {
            reads.answer(
                true,
                StoreReads.slow(
                    caller,
                    (state, who, view) -> requireKnowable(state, who, view, request),
                    view -> timeToLive(request, millis, view)),
                reply);
          }

          @Override
          public void failed(EtcdError error) {
            reply.failed(error);
          }
        });
  }

  private static void requireKnowable(
      AuthState state, Identity who, StoreView view, LeaseTimeToLiveRequest request) {
    state.requireUser(who);
    if (request.getKeys() && !state.isRoot(who)) {
      requireReadable(state, who, view, request.getID());
    }
  }

  private LeaseTimeToLiveResponse timeToLive(
      LeaseTimeToLiveRequest request, long millis, StoreView view) {
    LeaseTimeToLiveResponse.Builder response =
        LeaseTimeToLiveResponse.newBuilder()
            .setHeader(headers.at(view.revision()))
            .setID(request.getID());
    LeaseRecord lease = millis < 0 ? null : view.lease(request.getID());
    if (lease == null) {
      return response.setTTL(-1).build();
    }
    if (request.getKeys()) {
      response.addAllKeys(view.leaseKeys(lease.id()));
    }
    return response
        .setTTL(TimeUnit.MILLISECONDS.toSeconds(millis))
        .setGrantedTTL(lease.ttlSeconds())
        .build();
  }

  private void forward(LeaseTimeToLiveRequest request, Reply<LeaseTimeToLiveResponse> reply) {
    Channel channel = leader.maybeOpen(store.memberAttributes());
    if (channel == null) {
      reply.failed(leader.obstacle());
      return;
    }
    StreamObserver<LeaseTimeToLiveResponse> answer =
        new StreamObserver<>() {
          @Override
          public void onNext(LeaseTimeToLiveResponse response) {
            reply.send(response.toBuilder().setHeader(header()).build());
          }

          @Override
          public void onError(Throwable problem) {
            EtcdError said = EtcdError.ofText(Status.fromThrowable(problem).getDescription());
            reply.failed(said == null ? EtcdError.LEADER_CHANGED : said);
          }

          @Override
          public void onCompleted() {}
        };
    LeaseGrpc.LeaseStub stub;
    try {
      stub = guard.vouch(LeaseGrpc.newStub(channel), AuthGuard.caller());
    } catch (AuthException e) {
      reply.failed(e.error());
      return;
    }
    Context.ROOT.run(
        () ->
            stub.withDeadlineAfter(proposals.timeoutNanos(), TimeUnit.NANOSECONDS)
                .leaseTimeToLive(request, answer));
  }

  /** From this member's state alone, as in etcd. Only a leader knows which one ends first. */
  @Override
  public void leaseLeases(
      LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> observer) {
    reads.answer(
        true,
        StoreReads.slow(AuthGuard.caller(), LeaseService::requireAllKnowable, this::leases),
        Reply.to(LeaseLeasesResponse.class, observer));
  }

  private static void requireAllKnowable(AuthState state, Identity who, StoreView view) {
    state.requireUser(who);
    if (!state.isRoot(who)) {
      view.forEachLease(lease -> requireReadable(state, who, view, lease.id()));
    }
  }

  private LeaseLeasesResponse leases(StoreView view) {
    record Ending(long id, long millis) {}
    List<Ending> endings = new ArrayList<>();
    view.forEachLease(
        lease -> {
          long known = lessor.remainingMillis(lease.id());
          long written = TimeUnit.SECONDS.toMillis(lease.remainingSeconds());
          endings.add(new Ending(lease.id(), known < 0 ? written : known));
        });
    endings.sort(Comparator.comparingLong(Ending::millis).thenComparingLong(Ending::id));
    LeaseLeasesResponse.Builder response =
        LeaseLeasesResponse.newBuilder().setHeader(headers.at(view.revision()));
    endings.forEach(ending -> response.addLeases(LeaseStatus.newBuilder().setID(ending.id())));
    return response.build();
  }
}
