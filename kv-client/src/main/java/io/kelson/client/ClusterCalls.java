package io.kelson.client;

import static io.kelson.client.Blocking.await;

import io.kelson.api.ClusterGrpc;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberPromoteRequest;
import io.kelson.api.MemberRemoveRequest;
import io.kelson.api.MemberUpdateRequest;
import io.kelson.client.UnaryCalls.Effect;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The calls on who belongs to the cluster: etcd's Cluster service.
 *
 * <p>Got from {@link KelsonClient#cluster}. Errors are {@link EtcdException}s, as there; an id that
 * is not, or no longer, a member's is refused with {@link ErrorCode#NOT_FOUND}. Member ids are
 * unsigned. Thread-safe.
 */
public final class ClusterCalls {
  private final UnaryCalls calls;

  ClusterCalls(UnaryCalls calls) {
    this.calls = calls;
  }

  /**
   * Lists the members.
   *
   * @param linearizable false takes one member's own view, which works without a quorum
   */
  public CompletableFuture<MemberList> memberListAsync(boolean linearizable) {
    return calls.call(
        ClusterGrpc.getMemberListMethod(),
        MemberListRequest.newBuilder().setLinearizable(linearizable).build(),
        Effect.READS,
        WireCluster::members);
  }

  /** Lists the members and waits for them. */
  public MemberList memberList(boolean linearizable) {
    return await(memberListAsync(linearizable), Effect.READS);
  }

  /**
   * Adds a member, which is to be started afterwards.
   *
   * @param peerUrls where its peers will reach it
   * @param learner true: it gets no vote until it is promoted
   */
  public CompletableFuture<MemberAdded> memberAddAsync(List<String> peerUrls, boolean learner) {
    return calls.call(
        ClusterGrpc.getMemberAddMethod(),
        MemberAddRequest.newBuilder().addAllPeerURLs(peerUrls).setIsLearner(learner).build(),
        Effect.WRITES,
        WireCluster::added);
  }

  /** Adds a member and waits until that is durable. */
  public MemberAdded memberAdd(List<String> peerUrls, boolean learner) {
    return await(memberAddAsync(peerUrls, learner), Effect.WRITES);
  }

  /** Removes a member; its id can never be used again. */
  public CompletableFuture<MemberList> memberRemoveAsync(long id) {
    return calls.call(
        ClusterGrpc.getMemberRemoveMethod(),
        MemberRemoveRequest.newBuilder().setID(id).build(),
        Effect.WRITES,
        WireCluster::removed);
  }

  /** Removes a member and waits until that is durable. */
  public MemberList memberRemove(long id) {
    return await(memberRemoveAsync(id), Effect.WRITES);
  }

  /** Changes where a member's peers reach it. */
  public CompletableFuture<MemberList> memberUpdateAsync(long id, List<String> peerUrls) {
    return calls.call(
        ClusterGrpc.getMemberUpdateMethod(),
        MemberUpdateRequest.newBuilder().setID(id).addAllPeerURLs(peerUrls).build(),
        Effect.WRITES,
        WireCluster::updated);
  }

  /** Changes where a member's peers reach it and waits until that is durable. */
  public MemberList memberUpdate(long id, List<String> peerUrls) {
    return await(memberUpdateAsync(id, peerUrls), Effect.WRITES);
  }

  /**
   * Gives a learner its vote; one that is too far behind is refused with {@link
   * ErrorCode#FAILED_PRECONDITION}.
   */
  public CompletableFuture<MemberList> memberPromoteAsync(long id) {
    return calls.call(
        ClusterGrpc.getMemberPromoteMethod(),
        MemberPromoteRequest.newBuilder().setID(id).build(),
        Effect.WRITES,
        WireCluster::promoted);
  }

  /** Gives a learner its vote and waits until that is durable. */
  public MemberList memberPromote(long id) {
    return await(memberPromoteAsync(id), Effect.WRITES);
  }
}
