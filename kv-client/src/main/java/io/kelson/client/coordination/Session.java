package io.kelson.client.coordination;

import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeptLease;
import io.kelson.client.LeaseGrant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A lease that is kept alive for as long as its owner lives: what locks and elections hang on.
 *
 * <p>If the process dies or is cut off for longer than the time to live, the lease expires and
 * everything held through it is free again. Source: etcd's {@code concurrency.Session}.
 * Thread-safe.
 */
public final class Session implements AutoCloseable {
  /** As in etcd's client. */
  public static final long DEFAULT_TTL_SECONDS = 60;

  private final KelsonClient client;
  private final KeptLease lease;
  private final AtomicLong names = new AtomicLong();
  private final Set<CompletableFuture<?>> guarded = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private Session(KelsonClient client, KeptLease lease) {
    this.client = client;
    this.lease = lease;
    lease.lost().thenRun(this::failGuarded);
  }

  /**
   * Grants a lease and keeps it.
   *
   * @param ttlSeconds how long others wait for a holder that has died; the server has a minimum (2
   *     s by default). Too small, and a pause of this process loses what it holds
   */
  public static Session open(KelsonClient client, long ttlSeconds) {
    LeaseGrant grant = client.leases().grant(ttlSeconds);
    return new Session(client, client.leases().keepAlive(grant));
  }

  /** The same with {@link #DEFAULT_TTL_SECONDS}. */
  public static Session open(KelsonClient client) {
    return open(client, DEFAULT_TTL_SECONDS);
  }

  /** Keeps a lease that exists already; {@link #close} revokes it all the same. */
  public static Session over(KelsonClient client, long leaseId) {
    return new Session(client, client.leases().keepAlive(leaseId));
  }

  /** The client it was opened with. */
  public KelsonClient client() {
    return client;
  }

  /** The lease's id. */
  public long leaseId() {
    return lease.id();
  }

  /** Whether it is neither lost nor closed. */
  public boolean alive() {
    return !closed && lease.alive();
  }

  /** Completes when the lease is lost; never after {@link #close} or {@link #orphan}. */
  public CompletableFuture<Void> lost() {
    return lease.lost();
  }

  /**
   * Stops keeping the lease without revoking it: what hangs on it stays until it expires, or is
   * taken over by whoever keeps it next. Idempotent.
   */
  public void orphan() {
    closed = true;
    lease.close();
    failGuarded();
  }

  /**
   * Revokes the lease: everything held through it is free when this returns. Idempotent.
   *
   * @throws EtcdException if it could not be revoked; it then expires by itself
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    orphan();
    try {
      client.leases().revoke(lease.id());
    } catch (EtcdException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
    }
  }

  /** A name that nobody else has below the same prefix, starting with the lease's id. */
  String uniqueName() {
    return leaseName() + "-" + Long.toHexString(names.incrementAndGet());
  }

  /** The lease's id as etcd's client writes it in keys. */
  String leaseName() {
    return Long.toHexString(lease.id());
  }

  /** Fails {@code future} if the session is lost or closed before it is done; returns it. */
  <T> CompletableFuture<T> guard(CompletableFuture<T> future) {
    guarded.add(future);
    future.whenComplete((value, failure) -> guarded.remove(future));
    if (!alive()) {
      future.completeExceptionally(loss());
    }
    return future;
  }

  SessionLostException loss() {
    return new SessionLostException(lease.id());
  }

  private void failGuarded() {
    guarded.forEach(future -> future.completeExceptionally(loss()));
  }
}
