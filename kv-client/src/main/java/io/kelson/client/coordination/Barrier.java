package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.KelsonClient;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.WatchOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A gate: while it is held, everybody who comes waits; when it is released, all go on.
 *
 * <p>It is a key without a lease, so it outlives whoever holds it. Source: etcd's barrier recipe.
 * Thread-safe.
 */
public final class Barrier {
  private final KelsonClient client;
  private final Bytes key;

  /** The barrier of that name. */
  public Barrier(KelsonClient client, Bytes name) {
    this.client = client;
    this.key = name;
  }

  /**
   * Closes the gate.
   *
   * @return false if it was closed already
   */
  public boolean hold() {
    return client
        .txn(
            TxnOp.builder()
                .when(Compare.createRevision(key, Compare.Relation.EQUAL, 0))
                .then(PutOp.of(key, Bytes.EMPTY))
                .build())
        .succeeded();
  }

  /**
   * Opens the gate.
   *
   * @return false if it was open already
   */
  public boolean release() {
    return client.delete(DeleteOp.key(key)).deleted() > 0;
  }

  /** Completes when the gate is open; cancelling it stops waiting. */
  public CompletableFuture<Void> passedAsync() {
    CompletableFuture<Boolean> passed = open();
    CompletableFuture<Void> told = passed.thenApply(open -> null);
    told.whenComplete((value, failure) -> passed.cancel(false));
    return told;
  }

  /** Waits until the gate is open. */
  public void await() {
    Futures.await(passedAsync());
  }

  /** Waits until the gate is open, but no longer than that; whether it is. */
  public boolean await(Duration atMost) {
    return Futures.await(open(), atMost).isPresent();
  }

  private CompletableFuture<Boolean> open() {
    CompletableFuture<Boolean> passed = new CompletableFuture<>();
    look(passed);
    return passed;
  }

  private void look(CompletableFuture<Boolean> passed) {
    client
        .rangeAsync(RangeOp.builder(key).countOnly(true).build())
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                passed.completeExceptionally(Futures.cause(failure));
              } else if (found.count() == 0) {
                passed.complete(true);
              } else if (!passed.isDone()) {
                watch(found.header().revision() + 1, passed);
              }
            });
  }

  private void watch(long fromRevision, CompletableFuture<Boolean> passed) {
    WatchOptions opening =
        WatchOptions.builder(key).startRevision(fromRevision).noPut(true).build();
    CompletableFuture<Void> change = Change.await(client, opening);
    passed.whenComplete((value, failure) -> change.cancel(false));
    change.whenComplete(
        (seen, failure) -> {
          if (failure == null) {
            look(passed);
          } else {
            passed.completeExceptionally(Futures.cause(failure));
          }
        });
  }
}
