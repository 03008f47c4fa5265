package io.kelson.cli;

import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeptLease;
import java.util.concurrent.CompletableFuture;

/** A lease that lives as long as this process, and is revoked when it is of no more use. */
final class HeldLease implements AutoCloseable {
  private final KelsonClient client;
  private final KeptLease kept;

  private HeldLease(KelsonClient client, KeptLease kept) {
    this.client = client;
    this.kept = kept;
  }

  /** Grants one and keeps it alive. */
  static HeldLease grant(KelsonClient client, long ttlSeconds) {
    return new HeldLease(client, client.leases().keepAlive(client.leases().grant(ttlSeconds)));
  }

  long id() {
    return kept.id();
  }

  /** Completes when the lease has ended, or must be feared to have. */
  CompletableFuture<Void> lost() {
    return kept.lost();
  }

  /** Stops renewing and revokes it; keys that hang on it are deleted. */
  @Override
  public void close() {
    kept.close();
    try {
      client.leases().revoke(kept.id());
    } catch (EtcdException e) {
      // It is gone, or will be when its time is up.
    }
  }
}
