package io.kelson.client;

import static io.kelson.client.Blocking.await;

import io.kelson.api.election.CampaignRequest;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.election.LeaderRequest;
import io.kelson.api.election.ProclaimRequest;
import io.kelson.api.election.ResignRequest;
import io.kelson.client.UnaryCalls.Effect;
import java.util.concurrent.CompletableFuture;

/**
 * Elections that the server runs: etcd's Election service.
 *
 * <p>{@code io.kelson.client.coordination.Election} does the same from this side, and can observe;
 * candidates of both kinds run against each other. Got from {@link KelsonClient#elections}.
 * Thread-safe.
 */
public final class ElectionCalls {
  private final UnaryCalls calls;
  private final Namespace namespace;

  ElectionCalls(UnaryCalls calls, Namespace namespace) {
    this.calls = calls;
    this.namespace = namespace;
  }

  /**
   * Runs for office and waits, without a limit, until it is won. Cancelling the future gives up.
   *
   * @param lease the lease it hangs on, which the caller keeps alive; with 0 the server grants one
   *     of 60 s that nobody renews
   */
  public CompletableFuture<LeaderKey> campaignAsync(Bytes name, long lease, Bytes value) {
    CampaignRequest request =
        CampaignRequest.newBuilder()
            .setName(Wire.bytes(namespace.key(name)))
            .setLease(lease)
            .setValue(Wire.bytes(value))
            .build();
    return calls.callPatiently(
        ElectionGrpc.getCampaignMethod(),
        request,
        effect(lease),
        response -> out(response.getLeader()));
  }

  /** Runs for office and waits until it is won. */
  public LeaderKey campaign(Bytes name, long lease, Bytes value) {
    return await(campaignAsync(name, lease, value), effect(lease));
  }

  private static Effect effect(long lease) {
    return lease == 0 ? Effect.WRITES : Effect.READS;
  }

  /** Says something as the leader; refused when the office is no longer held. */
  public CompletableFuture<Header> proclaimAsync(LeaderKey leader, Bytes value) {
    return calls.call(
        ElectionGrpc.getProclaimMethod(),
        ProclaimRequest.newBuilder().setLeader(in(leader)).setValue(Wire.bytes(value)).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Says something as the leader and waits until that is durable. */
  public Header proclaim(LeaderKey leader, Bytes value) {
    return await(proclaimAsync(leader, value), Effect.WRITES);
  }

  /** Who leads: the leader's key; refused with {@code election: no leader} when nobody does. */
  public CompletableFuture<KeyValue> leaderAsync(Bytes name) {
    return calls.call(
        ElectionGrpc.getLeaderMethod(),
        LeaderRequest.newBuilder().setName(Wire.bytes(namespace.key(name))).build(),
        Effect.READS,
        response -> namespace.out(Wire.keyValue(response.getKv())));
  }

  /** Who leads. */
  public KeyValue leader(Bytes name) {
    return await(leaderAsync(name), Effect.READS);
  }

  /** Gives the office up. */
  public CompletableFuture<Header> resignAsync(LeaderKey leader) {
    return calls.call(
        ElectionGrpc.getResignMethod(),
        ResignRequest.newBuilder().setLeader(in(leader)).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Gives the office up and waits until that is durable. */
  public Header resign(LeaderKey leader) {
    return await(resignAsync(leader), Effect.WRITES);
  }

  private io.kelson.api.election.LeaderKey in(LeaderKey leader) {
    return io.kelson.api.election.LeaderKey.newBuilder()
        .setName(Wire.bytes(namespace.key(leader.name())))
        .setKey(Wire.bytes(namespace.key(leader.key())))
        .setRev(leader.revision())
        .setLease(leader.lease())
        .build();
  }

  private LeaderKey out(io.kelson.api.election.LeaderKey message) {
    return new LeaderKey(
        namespace.without(Wire.bytes(message.getName())),
        namespace.without(Wire.bytes(message.getKey())),
        message.getRev(),
        message.getLease());
  }
}
