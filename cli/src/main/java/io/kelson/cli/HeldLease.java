package io.kelson.cli;

import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A lease that lives as long as this process: kept alive in the background, three times in its time
 * to live.
 */
final class HeldLease implements AutoCloseable {
  private final KelsonClient client;
  private final long id;
  private final long ttlSeconds;
  private final CompletableFuture<Void> lost = new CompletableFuture<>();
  private final Thread keeper;

  private HeldLease(KelsonClient client, long id, long ttlSeconds) {
    this.client = client;
    this.id = id;
    this.ttlSeconds = ttlSeconds;
    this.keeper = new Thread(this::keep, "kelsonctl-lease");
    this.keeper.setDaemon(true);
  }

  /** Grants one. */
  static HeldLease grant(KelsonClient client, long ttlSeconds) {
    var granted = client.leases().grant(ttlSeconds);
    HeldLease lease = new HeldLease(client, granted.id(), granted.ttlSeconds());
    lease.keeper.start();
    return lease;
  }

  long id() {
    return id;
  }

  /** Completes when the lease has ended, or must be feared to have. */
  CompletableFuture<Void> lost() {
    return lost;
  }

  private void keep() {
    long ttlNanos = TimeUnit.SECONDS.toNanos(ttlSeconds);
    long renewedNanos = System.nanoTime();
    try {
      while (!lost.isDone()) {
        TimeUnit.NANOSECONDS.sleep(ttlNanos / 3);
        long now = System.nanoTime();
        if (isRenewed()) {
          renewedNanos = now;
        } else if (System.nanoTime() - renewedNanos > ttlNanos) {
          lost.complete(null);
        }
      }
    } catch (InterruptedException e) {
      // It was closed.
    }
  }

  private boolean isRenewed() {
    try {
      if (client.leases().keepAliveOnce(id).alive()) {
        return true;
      }
      lost.complete(null);
    } catch (EtcdException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        lost.complete(null);
      }
    }
    return false;
  }

  /** Stops renewing and revokes it; keys that hang on it are deleted. */
  @Override
  public void close() {
    keeper.interrupt();
    try {
      client.leases().revoke(id);
    } catch (EtcdException e) {
      // It is gone, or will be when its time is up.
    }
  }
}
