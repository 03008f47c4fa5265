package io.kelson.client;

import static io.kelson.client.Blocking.await;

import io.kelson.api.lock.LockGrpc;
import io.kelson.api.lock.LockRequest;
import io.kelson.api.lock.UnlockRequest;
import io.kelson.client.UnaryCalls.Effect;
import java.util.concurrent.CompletableFuture;

/**
 * Locks that the server queues for: etcd's Lock service.
 *
 * <p>{@code io.kelson.client.coordination.Mutex} does the same from this side, with a session and a
 * fence, and queues together with this service. Got from {@link KelsonClient#locks}. Thread-safe.
 */
public final class LockCalls {
  private final UnaryCalls calls;
  private final Namespace namespace;

  LockCalls(UnaryCalls calls, Namespace namespace) {
    this.calls = calls;
    this.namespace = namespace;
  }

  /**
   * Waits, without a limit, for the lock of that name. Cancelling the future leaves the queue.
   *
   * @param lease the lease it hangs on, which the caller keeps alive; a lease has a lock once, so
   *     asking again is no second request. With 0 the server grants one of 60 s that nobody renews
   */
  public CompletableFuture<LockResult> lockAsync(Bytes name, long lease) {
    LockRequest request =
        LockRequest.newBuilder().setName(Wire.bytes(namespace.key(name))).setLease(lease).build();
    return calls.callPatiently(
        LockGrpc.getLockMethod(),
        request,
        effect(lease),
        response ->
            new LockResult(
                Wire.header(response.getHeader()),
                namespace.without(Wire.bytes(response.getKey()))));
  }

  /** Waits for the lock of that name. */
  public LockResult lock(Bytes name, long lease) {
    return await(lockAsync(name, lease), effect(lease));
  }

  private static Effect effect(long lease) {
    return lease == 0 ? Effect.WRITES : Effect.READS;
  }

  /** Releases a lock: deletes its key, whoever holds it. */
  public CompletableFuture<Header> unlockAsync(Bytes key) {
    return calls.call(
        LockGrpc.getUnlockMethod(),
        UnlockRequest.newBuilder().setKey(Wire.bytes(namespace.key(key))).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Releases a lock and waits until that is durable. */
  public Header unlock(Bytes key) {
    return await(unlockAsync(key), Effect.WRITES);
  }
}
