package io.kelson.client;

import static io.kelson.client.Blocking.await;

import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseLeasesRequest;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.client.UnaryCalls.Effect;
import java.util.concurrent.CompletableFuture;

/**
 * The calls on leases: etcd's Lease service.
 *
 * <p>Got from {@link KelsonClient#leases}. Errors are {@link EtcdException}s, as there.
 * Thread-safe.
 */
public final class LeaseCalls {
  private final UnaryCalls calls;
  private final Namespace namespace;
  private final LeaseKeeper keeper;

  LeaseCalls(UnaryCalls calls, Namespace namespace, LeaseKeeper keeper) {
    this.calls = calls;
    this.namespace = namespace;
    this.keeper = keeper;
  }

  /**
   * Grants a lease whose id the server picks.
   *
   * @param ttlSeconds how long it lives without a keep-alive; the server has a minimum (2 s by
   *     default) and refuses more than 9,000,000,000
   */
  public CompletableFuture<LeaseGrant> grantAsync(long ttlSeconds) {
    return grantAsync(ttlSeconds, 0);
  }

  /**
   * Grants a lease.
   *
   * @param id the id it is to have, positive; 0 lets the server pick. One that is taken is refused
   *     with {@link ErrorCode#FAILED_PRECONDITION}
   */
  public CompletableFuture<LeaseGrant> grantAsync(long ttlSeconds, long id) {
    return calls.call(
        LeaseGrpc.getLeaseGrantMethod(),
        LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).setID(id).build(),
        Effect.WRITES,
        WireLease::grant);
  }

  /** Grants a lease and waits until that is durable. */
  public LeaseGrant grant(long ttlSeconds) {
    return await(grantAsync(ttlSeconds), Effect.WRITES);
  }

  /** Grants a lease of a given id and waits until that is durable. */
  public LeaseGrant grant(long ttlSeconds, long id) {
    return await(grantAsync(ttlSeconds, id), Effect.WRITES);
  }

  /**
   * Ends a lease and deletes the keys on it, all in one revision. An unknown lease is refused with
   * {@link ErrorCode#NOT_FOUND}.
   */
  public CompletableFuture<Header> revokeAsync(long id) {
    return calls.call(
        LeaseGrpc.getLeaseRevokeMethod(),
        LeaseRevokeRequest.newBuilder().setID(id).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Ends a lease and waits until that is durable. */
  public Header revoke(long id) {
    return await(revokeAsync(id), Effect.WRITES);
  }

  /**
   * Asks how long a lease has to live.
   *
   * @param keys also list the keys on it
   */
  public CompletableFuture<LeaseTimeToLive> timeToLiveAsync(long id, boolean keys) {
    return calls.call(
        LeaseGrpc.getLeaseTimeToLiveMethod(),
        LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build(),
        Effect.READS,
        response -> namespace.out(WireLease.timeToLive(response)));
  }

  /** Asks how long a lease has to live and waits for the answer. */
  public LeaseTimeToLive timeToLive(long id, boolean keys) {
    return await(timeToLiveAsync(id, keys), Effect.READS);
  }

  /** Lists the leases that one member knows. */
  public CompletableFuture<LeaseList> listAsync() {
    return calls.call(
        LeaseGrpc.getLeaseLeasesMethod(),
        LeaseLeasesRequest.getDefaultInstance(),
        Effect.READS,
        WireLease::list);
  }

  /** Lists the leases that one member knows and waits for them. */
  public LeaseList list() {
    return await(listAsync(), Effect.READS);
  }

  /** Renews a lease once; one that does not exist answers with a time to live of 0. */
  public CompletableFuture<LeaseRenewal> keepAliveOnceAsync(long id) {
    return calls.call(
        LeaseGrpc.getLeaseKeepAliveMethod(),
        LeaseKeepAliveRequest.newBuilder().setID(id).build(),
        Effect.READS,
        WireLease::renewal);
  }

  /** Renews a lease once and waits for the answer. */
  public LeaseRenewal keepAliveOnce(long id) {
    return await(keepAliveOnceAsync(id), Effect.READS);
  }

  /**
   * Keeps a lease alive from now on, renewing it at a third of its time to live over one stream
   * that all leases of this client share. The stream moves to another endpoint when its own fails.
   *
   * @return the handle that ends it and tells of its loss
   */
  public KeptLease keepAlive(LeaseGrant grant) {
    return keeper.keep(grant.id(), grant.ttlSeconds());
  }

  /**
   * Keeps alive a lease of which only the id is known. Until the first renewal is answered only the
   * server's word that there is no such lease counts as its loss.
   */
  public KeptLease keepAlive(long id) {
    return keeper.keep(id, 0);
  }
}
