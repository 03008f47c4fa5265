package io.kelson.chaos;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.LeaseLeasesRequest;
import io.kelson.api.LeaseLeasesResponse;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseRevokeResponse;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.LeaseTimeToLiveResponse;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lease calls to one member, each made once. */
record LeaseClient(MemberClient member) {
  private static final int DEADLINE_SECONDS = 20;

  LeaseGrantResponse grant(long id, long ttl) {
    return stub().leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
  }

  LeaseRevokeResponse revoke(long id) {
    return stub().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
  }

  LeaseTimeToLiveResponse timeToLive(long id, boolean keys) {
    return stub()
        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build());
  }

  LeaseLeasesResponse leases() {
    return stub().leaseLeases(LeaseLeasesRequest.getDefaultInstance());
  }

  PutResponse put(String key, String value, long lease) {
    return KVGrpc.newBlockingStub(member.channel())
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .put(
            PutRequest.newBuilder()
                .setKey(MemberClient.bytes(key))
                .setValue(MemberClient.bytes(value))
                .setLease(lease)
                .build());
  }

  /**
   * Renews once, on a stream of its own.
   *
   * @throws StatusRuntimeException if the stream ends with an error
   */
  LeaseKeepAliveResponse keepAlive(long id) {
    CompletableFuture<LeaseKeepAliveResponse> first = new CompletableFuture<>();
    StreamObserver<LeaseKeepAliveRequest> asked =
        LeaseGrpc.newStub(member.channel())
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse response) {
                    first.complete(response);
                  }

                  @Override
                  public void onError(Throwable problem) {
                    first.completeExceptionally(problem);
                  }

                  @Override
                  public void onCompleted() {
                    first.completeExceptionally(new IllegalStateException("ended unasked"));
                  }
                });
    asked.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
    try {
      LeaseKeepAliveResponse answer = first.get(2L * DEADLINE_SECONDS, TimeUnit.SECONDS);
      asked.onCompleted();
      return answer;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Renews; empty if the member could not tell. */
  OptionalLong maybeKeepAlive(long id) {
    try {
      return OptionalLong.of(keepAlive(id).getTTL());
    } catch (StatusRuntimeException e) {
      return OptionalLong.empty();
    }
  }

  private LeaseGrpc.LeaseBlockingStub stub() {
    return LeaseGrpc.newBlockingStub(member.channel())
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
