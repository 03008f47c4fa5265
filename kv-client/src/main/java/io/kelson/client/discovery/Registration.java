package io.kelson.client.discovery;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeptLease;
import io.kelson.client.LeaseGrant;
import io.kelson.client.PutOp;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An instance that is registered until this is closed. Thread-safe. */
public final class Registration implements AutoCloseable {
  private static final long RETRY_MILLIS = 500;

  private final KelsonClient client;
  private final Bytes key;
  private final Instance instance;
  private final long ttlSeconds;
  private KeptLease lease;
  private boolean closed;

  Registration(KelsonClient client, Bytes key, Instance instance, long ttlSeconds) {
    this.client = client;
    this.key = key;
    this.instance = instance;
    this.ttlSeconds = ttlSeconds;
  }

  /** The instance. */
  public Instance instance() {
    return instance;
  }

  /** The key that stands for it. */
  public Bytes key() {
    return key;
  }

  /** Whether it is registered as far as is known; false while its lease is lost. */
  public synchronized boolean registered() {
    return !closed && lease != null && lease.alive();
  }

  void begin() {
    LeaseGrant grant = client.leases().grant(ttlSeconds);
    try {
      client.put(put(grant));
    } catch (EtcdException e) {
      client.leases().revokeAsync(grant.id());
      throw e;
    }
    keep(grant);
  }

  private PutOp put(LeaseGrant grant) {
    return PutOp.builder(key, Bytes.utf8(instance.text())).lease(grant.id()).build();
  }

  private void keep(LeaseGrant grant) {
    KeptLease kept;
    synchronized (this) {
      if (closed) {
        client.leases().revokeAsync(grant.id());
        return;
      }
      kept = client.leases().keepAlive(grant);
      lease = kept;
    }
    kept.lost().thenRun(this::again);
  }

  private void again() {
    if (isClosed()) {
      return;
    }
    client
        .leases()
        .grantAsync(ttlSeconds)
        .thenCompose(grant -> client.putAsync(put(grant)).thenApply(written -> grant))
        .whenComplete(
            (grant, failure) -> {
              if (failure == null) {
                keep(grant);
              } else {
                CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS)
                    .execute(this::again);
              }
            });
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /**
   * Takes the instance from the list and waits until that is durable. Idempotent.
   *
   * @throws EtcdException if that failed; the instance then goes when its lease does
   */
  @Override
  public void close() {
    KeptLease kept;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      kept = lease;
    }
    if (kept != null && kept.alive()) {
      kept.close();
      client.leases().revoke(kept.id());
    }
  }
}
