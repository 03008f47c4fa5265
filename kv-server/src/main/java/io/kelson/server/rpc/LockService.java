package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.kelson.api.RangeResponse;
import io.kelson.api.TxnResponse;
import io.kelson.api.lock.LockGrpc;
import io.kelson.api.lock.LockRequest;
import io.kelson.api.lock.LockResponse;
import io.kelson.api.lock.UnlockRequest;
import io.kelson.api.lock.UnlockResponse;
import java.util.concurrent.CompletableFuture;

/**
 * v3lockpb.Lock. A lock is advisory: what it protects should check, in the transaction that touches
 * it, that the create revision of the holder's key is still the same.
 */
final class LockService extends LockGrpc.LockImplBase {
  private final RecipeParts parts;

  LockService(RecipeParts parts) {
    this.parts = parts;
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
    Reply<LockResponse> reply = Reply.to(LockResponse.class, observer);
    Recipe recipe = parts.begin();
    reply.waitsFor(recipe::end);
    Recipe.answer(
        reply,
        recipe
            .lease(request.getLease())
            .thenCompose(lease -> lock(recipe, request.getName(), lease)));
  }

  /** A holder who asks again finds the key there and has the lock already. */
  private static CompletableFuture<LockResponse> lock(Recipe recipe, ByteString name, long lease) {
    ByteString key = Recipe.ownKey(name, lease);
    return recipe
        .txn(
            Recipe.ifCreatedAt(key, 0)
                .addSuccess(Recipe.putOp(key, ByteString.EMPTY, lease))
                .addSuccess(Recipe.op(Recipe.byCreation(name)))
                .addFailure(Recipe.op(Recipe.get(key)))
                .addFailure(Recipe.op(Recipe.byCreation(name))))
        .thenCompose(claimed -> maybeWait(recipe, name, key, claimed));
  }

  private static CompletableFuture<LockResponse> maybeWait(
      Recipe recipe, ByteString name, ByteString key, TxnResponse claimed) {
    long own =
        claimed.getSucceeded()
            ? claimed.getHeader().getRevision()
            : claimed.getResponses(0).getResponseRange().getKvs(0).getCreateRevision();
    RangeResponse oldest = claimed.getResponses(1).getResponseRange();
    if (oldest.getKvsCount() == 0 || oldest.getKvs(0).getCreateRevision() == own) {
      return CompletableFuture.completedFuture(
          LockResponse.newBuilder().setHeader(claimed.getHeader()).setKey(key).build());
    }
    return recipe
        .olderGone(name, own - 1)
        .thenCompose(first -> recipe.range(Recipe.get(key)))
        .whenComplete(
            (found, problem) -> {
              if (problem != null) {
                // Nobody waits with it any more, and it would hold up those behind it.
                recipe.delete(key);
              }
            })
        .thenApply(found -> held(found, key));
  }

  private static LockResponse held(RangeResponse found, ByteString key) {
    if (found.getKvsCount() == 0) {
      throw Recipe.failure("mutex: session is expired");
    }
    return LockResponse.newBuilder().setHeader(found.getHeader()).setKey(key).build();
  }

  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
    Recipe.answer(
        Reply.to(UnlockResponse.class, observer),
        parts
            .begin()
            .delete(request.getKey())
            .thenApply(done -> UnlockResponse.newBuilder().setHeader(done.getHeader()).build()));
  }
}
