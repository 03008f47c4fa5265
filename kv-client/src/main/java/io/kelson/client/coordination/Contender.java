package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeOp.SortOrder;
import io.kelson.client.RangeOp.SortTarget;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchOptions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One who queues: a key on the session's lease, whose creation revision is its place.
 *
 * <p>It has its turn when fewer than {@code permits} older keys stand below the prefix it looks at.
 * That, and that its own key is still there, are read at one revision. With one permit it waits for
 * the deletion of the youngest older key only, so that a release wakes one waiter and not all; with
 * more, any deletion below the prefix may be the one.
 *
 * @param session whose lease it hangs on
 * @param rivals the prefix below which older keys count
 * @param key its own key
 * @param permits how many may have their turn together
 */
record Contender(Session session, Bytes rivals, Bytes key, int permits) {
  /** Takes a place and waits for its turn; cancelling gives the place back. */
  CompletableFuture<Held> hold(Bytes value) {
    CompletableFuture<Held> held = session.guard(new CompletableFuture<>());
    enter(value)
        .whenComplete(
            (revision, failure) -> {
              if (failure != null) {
                held.completeExceptionally(Futures.cause(failure));
                leave(0);
                return;
              }
              held.whenComplete(
                  (got, given) -> {
                    if (given != null) {
                      leave(revision);
                    }
                  });
              look(revision, held);
            });
    return held;
  }

  /** Takes a place and keeps it only if it is its turn at once. */
  CompletableFuture<Optional<Held>> tryHold(Bytes value) {
    CompletableFuture<Optional<Held>> held = session.guard(new CompletableFuture<>());
    enter(value)
        .thenCompose(this::holdAtOnce)
        .whenComplete(
            (got, failure) -> {
              if (failure != null) {
                leave(0);
                held.completeExceptionally(Futures.cause(failure));
              } else if (!held.complete(got)) {
                got.ifPresent(Held::releaseAsync);
              }
            });
    return held;
  }

  private CompletableFuture<Optional<Held>> holdAtOnce(long revision) {
    return standing(revision)
        .thenCompose(
            older ->
                older.kvs().size() < permits
                    ? CompletableFuture.completedFuture(
                        Optional.of(new Held(session, key, revision)))
                    : leave(revision).thenApply(left -> Optional.empty()));
  }

  /** Creates the key unless it is there; the revision of its creation. */
  CompletableFuture<Long> enter(Bytes value) {
    TxnOp create =
        TxnOp.builder()
            .when(Compare.createRevision(key, Compare.Relation.EQUAL, 0))
            .then(PutOp.builder(key, value).lease(session.leaseId()).build())
            .otherwise(RangeOp.key(key))
            .build();
    return client()
        .repeatableTxnAsync(create)
        .thenApply(
            result ->
                result.succeeded()
                    ? result.header().revision()
                    : ((RangeResult) result.results().get(0)).kvs().get(0).createRevision());
  }

  /** Gives the place back; {@code revision} 0 for whichever the key has. */
  CompletableFuture<TxnResult> leave(long revision) {
    TxnOp.Builder delete = TxnOp.builder().then(DeleteOp.key(key));
    if (revision > 0) {
      delete.when(Compare.createRevision(key, Compare.Relation.EQUAL, revision));
    }
    return client().repeatableTxnAsync(delete.build());
  }

  /** The older keys that matter; fails when its own is gone. */
  private CompletableFuture<RangeResult> standing(long revision) {
    SortOrder order = permits == 1 ? SortOrder.DESCEND : SortOrder.ASCEND;
    RangeOp older =
        RangeOp.builder(rivals)
            .prefix()
            .createRevisions(0, revision - 1)
            .sort(SortTarget.CREATE, order)
            .limit(permits)
            .keysOnly(true)
            .build();
    RangeOp own = RangeOp.builder(key).keysOnly(true).build();
    return client()
        .txnAsync(TxnOp.builder().then(older, own).build())
        .thenApply(
            result -> {
              List<KeyValue> mine = ((RangeResult) result.results().get(1)).kvs();
              if (mine.isEmpty() || mine.get(0).createRevision() != revision) {
                throw session.loss();
              }
              RangeResult found = (RangeResult) result.results().get(0);
              return new RangeResult(result.header(), found.kvs(), found.more(), found.count());
            });
  }

  private void look(long revision, CompletableFuture<Held> held) {
    if (held.isDone()) {
      return;
    }
    standing(revision)
        .whenComplete(
            (older, failure) -> {
              if (failure != null) {
                held.completeExceptionally(Futures.cause(failure));
              } else if (older.kvs().size() < permits) {
                held.complete(new Held(session, key, revision));
              } else {
                await(older, revision, held);
              }
            });
  }

  private void await(RangeResult older, long revision, CompletableFuture<Held> held) {
    WatchOptions.Builder what =
        permits == 1
            ? WatchOptions.builder(older.kvs().get(0).key())
            : WatchOptions.builder(rivals).prefix();
    WatchOptions deletions = what.startRevision(older.header().revision() + 1).noPut(true).build();
    CompletableFuture<Void> change = Change.await(client(), deletions);
    held.whenComplete((value, failure) -> change.cancel(false));
    change.whenComplete(
        (seen, failure) -> {
          if (failure == null) {
            look(revision, held);
          } else {
            held.completeExceptionally(Futures.cause(failure));
          }
        });
  }

  private KelsonClient client() {
    return session.client();
  }
}
